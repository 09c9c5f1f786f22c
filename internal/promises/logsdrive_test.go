package promises

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"amana/internal/rig"
)

// everyPage asks for every page in every language, as a browser that tells much.
func everyPage(t *testing.T, s *rig.Server, want ...int) {
	t.Helper()
	paths := []string{"/", "/style.css", "/roster.txt"}
	for _, lang := range []string{"ar", "en", "de", "tr"} {
		for _, page := range []string{"/", "/safety", "/before", "/testimony", "/code"} {
			paths = append(paths, "/"+lang+page)
		}
	}
	for _, path := range paths {
		status, _, err := s.Send(strings.NewReader(request("GET", path, "")))
		if err != nil || !strings.Contains(fmt.Sprint(want), fmt.Sprint(status)) {
			t.Errorf("%s: status %d, want one of %v: %v", path, status, want, err)
		}
	}
}

// request is a request that tells of its client all that a client can tell.
func request(method, path, more string) string {
	return method + " " + path + " HTTP/1.1\r\nHost: amana.onion\r\nUser-Agent: Mozilla\r\nAccept-Language: ar-SY\r\n" +
		"Cookie: " + wrongMark + "\r\nReferer: http://amana.onion/" + wrongMark + "\r\nX-Forwarded-For: 192.0.2.7\r\n" + more + "\r\n"
}

// wantStatus hands in a testimony, when the one before has left its place.
func wantStatus(t *testing.T, s *rig.Server, want int, narrative string, files ...rig.File) {
	t.Helper()
	for range 200 {
		var again []rig.File
		for _, f := range files {
			again = append(again, rig.Text(f.Name, dense(fileMark, int(f.Size))))
		}
		status, _, err := s.Post(narrative, again...)
		if status == want && err == nil {
			return
		}
		if status != 503 || err != nil {
			t.Errorf("status %d, want %d: %v", status, want, err)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("there is never a place")
}

// everyProblem does what a source is sent away for.
func everyProblem(t *testing.T, s *rig.Server) {
	t.Helper()
	send := func(want int, raw string) {
		t.Helper()
		if status, _, err := s.Send(strings.NewReader(raw)); err != nil || status != want {
			t.Errorf("%.30q: status %d, want %d: %v", raw, status, want, err)
		}
	}
	send(404, request("GET", "/ar/"+wrongMark+"?q="+wrongMark, ""))
	send(405, request("PUT", "/ar/testimony", ""))
	send(403, request("GET", "/ar/", "X-Tor2web: 1\r\n"))
	send(400, strings.Replace(request("GET", "/ar/", ""), "Host:", "Ho st:", 1))
	send(400, strings.ReplaceAll(rig.Head("/ar/testimony", 2000), rig.Boundary, "x")+dense(wrongMark, 3000))
	wantStatus(t, s, 400, "")
	wantStatus(t, s, 400, dense(textMark, 2_000_000)) // of one answer
	file := func(size int) rig.File { return rig.Text(fileNameMark, dense(fileMark, size)) }
	wantStatus(t, s, 413, dense(textMark, 300), file(2_100_000))
	wantStatus(t, s, 413, dense(textMark, 300), file(2_000_000), file(2_000_000))
	wantStatus(t, s, 413, dense(textMark, 300), file(1), file(1), file(1), file(1))
	c := &source{t: t, s: s, marks: newSought(), lang: "en", came: func() {}, look: func() {}}
	c.post(400, "testimony", append(answered(dense(textMark, 300)), rig.Field{Name: "defect_date_m", Value: "13"}))

	// One upload holds the only place, and then waits too long; another breaks off.
	slow, _ := half(t, s)
	defer slow.Close()
	if status, _, err := s.Post(dense(textMark, 300), file(600_000)); err != nil || status != 503 {
		t.Errorf("while another has the place: status %d, %v", status, err)
	}
	if answer, err := io.ReadAll(slow); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") {
		t.Errorf("the slow one got %.20q, %v", answer, err)
	}
	broken, _ := half(t, s)
	broken.Close()
}

// half sends the first half of an upload, and returns the rest. So much of it was read
// that it is being sealed: more than the socket holds.
func half(t *testing.T, s *rig.Server) (net.Conn, io.Reader) {
	t.Helper()
	body, size := rig.Form(dense(textMark, 3000), rig.Text(fileNameMark, dense(fileMark, 1_800_000)))
	c, err := s.Dial()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(c, io.MultiReader(strings.NewReader(rig.Head("/ar/testimony", size)), io.LimitReader(body, size/2))); err != nil {
		t.Fatal(err)
	}
	return c, body
}

// flood takes more than the share of one circuit, and comes once without any.
func flood(t *testing.T, s *rig.Server, circuit uint32) {
	t.Helper()
	over := 0
	for range 30 {
		// Much over it, the connection is closed without a page.
		if status, _, _ := s.On(circuit).Send(strings.NewReader(request("GET", "/en/", ""))); status == 429 {
			over++
		}
	}
	if over == 0 {
		t.Error("one circuit floods, and gets everything")
	}
	s.Send(strings.NewReader(rig.Line(circuit) + rig.Line(circuit) + request("GET", "/en/", "")))
}

// everyDialogue does all that can be done with a code, right and wrong.
func everyDialogue(t *testing.T, s *rig.Server, marks *sought) {
	t.Helper()
	var all []*source
	for _, lang := range []string{"ar", "en"} {
		all = append(all, newSource(t, s, marks, lang, dense(textMark, 300)))
	}
	answer(t, s, all...)
	for i, c := range all {
		c.converse(i == 0)
	}
	all[1].typing(200, stranger("en"))
}

// rosterExchanged has a reviewer leave while a testimony arrives.
func rosterExchanged(t *testing.T, s *rig.Server) {
	t.Helper()
	c, rest := half(t, s)
	defer c.Close()
	s.Reviewers = s.Reviewers[:1]
	next, err := s.Next(rig.Day(0), rig.Day(180))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "roster")
	if err := os.WriteFile(path, next.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Run(t, "import", path)
	if _, err := io.Copy(c, rest); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(c); err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 503 ") {
		t.Errorf("after the roster was exchanged: %.20q, %v", answer, err)
	}
}
