package doctor

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"amana/internal/rig"
)

// onion is an address of nobody's.
const onion = "aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dypsaijc.onion"

func TestHost(t *testing.T) {
	// The address of the Tor Project's own site: a checksum that is not ours.
	const known = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"
	for _, good := range []string{known, "http://" + known + "/", " " + strings.ToUpper(known) + "\n"} {
		if host, err := Host(good); err != nil || host != known {
			t.Errorf("%q is %q, %v", good, host, err)
		}
	}
	for _, bad := range []string{"", "x.onion", "3" + known[1:], known[:55] + "a.onion", "expyuzz4wqqyqhjn.onion", "example.org", known + "/path", "https://" + known} {
		if host, err := Host(bad); err == nil {
			t.Errorf("%q is %q", bad, host)
		}
	}
}

// fake is an intake whose answers a test can spoil.
type fake struct {
	headers  http.Header
	status   map[string]int
	body     map[string]string
	posted   string
	contents string // what a page holds
}

func page(heading, content string) string {
	return "<!DOCTYPE html><html><body><h1>" + heading + "</h1><a href=/ar/safety>x</a><a href=\"/en/\">x</a>" + content + "</body></html>\n"
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header()["Date"] = nil
	for name, v := range f.headers {
		w.Header()[name] = v
	}
	body, status := page("x", f.contents), f.status[r.URL.Path]
	switch {
	case r.Method == http.MethodPost:
		all, _ := io.ReadAll(r.Body)
		f.posted = string(all)
		body = page("Received <em>and</em> sealed", "")
	case f.body[r.URL.Path] != "":
		body = f.body[r.URL.Path]
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	case status == 0 && r.URL.Path == "/no-such-page":
		status = http.StatusNotFound
	}
	if status != 0 {
		w.WriteHeader(status)
	}
	io.WriteString(w, body)
}

// visit looks at the fake through SOCKS, as at an onion.
func visit(t *testing.T, change func(*fake)) (*fake, []Finding, []Finding) {
	t.Helper()
	want := http.Header{"Cache-Control": {"no-store"}, "Content-Type": {"text/html; charset=utf-8"}, "X-Frame-Options": {"DENY"}}
	f := &fake{headers: want.Clone(), status: map[string]int{}, body: map[string]string{"/roster.txt": "roster", "/style.css": "style"}}
	if change != nil {
		change(f)
	}
	server := httptest.NewServer(f)
	defer server.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	go rig.Socks(l, func(host string) (net.Conn, error) {
		if host != onion+":80" {
			return nil, fmt.Errorf("%s is asked for", host)
		}
		return net.Dial("tcp", server.Listener.Addr().String())
	})
	client, err := Through(l.Addr().String())
	must(t, err)
	s := &Site{Host: onion, Client: client, Headers: want, Roster: []byte("roster"), Style: []byte("style"), Receipt: "Received and sealed", Lang: "ar"}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return f, s.Look(ctx), s.Probe(ctx, "the-field", "the-token", "the text")
}

// All is well with an onion that is as it must be, and the probe is what it must be.
func TestSite(t *testing.T) {
	f, all, probe := visit(t, nil)
	for _, name := range []string{"onion", "onion pages", "onion headers", "onion scripts", "onion roster", "onion style"} {
		wanted(t, name, found(all, name), OK, "")
	}
	if len(all) != 6 || len(probe) != 1 {
		t.Errorf("%+v\n%+v", all, probe)
	}
	wanted(t, "onion", all[0], OK, "in ar, en")
	wanted(t, "probe", probe[0], OK, "with a receipt")
	for _, part := range []string{"name=\"narrative\"\r\n\r\nthe text\r\n", "name=\"the-field\"\r\n\r\nthe-token\r\n"} {
		if !strings.Contains(f.posted, part) {
			t.Errorf("posted %q", f.posted)
		}
	}
}

// Each thing that can be wrong with an onion is found. It would fail if a clock, a
// cookie, a script or another roster went through.
func TestSiteSpoilt(t *testing.T) {
	for what, c := range map[string]struct {
		change func(*fake)
		name   string
		level  Level
		words  string
	}{
		"clock":          {func(f *fake) { f.headers.Set("Date", "x") }, "onion headers", Danger, "Date, which no answer"},
		"program":        {func(f *fake) { f.headers.Set("Server", "nginx") }, "onion headers", Danger, "Server"},
		"cookie":         {func(f *fake) { f.headers.Set("Set-Cookie", "a=b") }, "onion headers", Danger, "Set-Cookie"},
		"missing":        {func(f *fake) { delete(f.headers, "X-Frame-Options") }, "onion headers", Danger, "X-Frame-Options []"},
		"weaker":         {func(f *fake) { f.headers.Set("Cache-Control", "public") }, "onion headers", Danger, "public"},
		"script":         {func(f *fake) { f.contents = "<ScRiPt>x</script>" }, "onion scripts", Danger, "<script>"},
		"handler":        {func(f *fake) { f.contents = "<p onclick=x>" }, "onion scripts", Danger, "onclick"},
		"javascript":     {func(f *fake) { f.contents = "<a href=' JavaScript:x'>" }, "onion scripts", Danger, "script in href"},
		"image":          {func(f *fake) { f.contents = "<img src=//x.example/a>" }, "onion scripts", Danger, "x.example"},
		"form elsewhere": {func(f *fake) { f.contents = "<form action='http://x.example/'>" }, "onion scripts", Danger, "x.example"},
		"style":          {func(f *fake) { f.contents = "<link rel=stylesheet href=https://x.example/>" }, "onion scripts", Danger, "x.example"},
		"refresh":        {func(f *fake) { f.contents = "<meta http-equiv=Refresh content=1>" }, "onion scripts", Danger, "refresh"},
		"link":           {func(f *fake) { f.contents = "<a href=https://help.example/>help</a><img src=data/x>" }, "onion scripts", OK, "none of"},
		"roster":         {func(f *fake) { f.body["/roster.txt"] = "another" }, "onion roster", Danger, "another roster"},
		"no roster":      {func(f *fake) { f.status["/roster.txt"] = 404 }, "onion roster", Warning, "could not look"},
		"old style":      {func(f *fake) { f.body["/style.css"] = "old" }, "onion style", Warning, "not that of this program"},
		"form":           {func(f *fake) { f.status["/en/testimony"] = 500 }, "onion pages", Warning, "/en/testimony answers with 500"},
		"cut off":        {func(f *fake) { f.body["/ar/code"] = "<html>" }, "onion pages", Warning, "/ar/code"},
		"everything":     {func(f *fake) { f.status["/no-such-page"] = 200 }, "onion pages", Warning, "/no-such-page answers with 200"},
		"closed":         {func(f *fake) { f.status["/"] = 503 }, "onion", Warning, "closed"},
		"another":        {func(f *fake) { f.body["/"] = "It works!" }, "onion", Warning, "not with the intake's page"},
	} {
		_, all, _ := visit(t, c.change)
		wanted(t, what, found(all, c.name), c.level, c.words)
	}
}

func TestProbeSpoilt(t *testing.T) {
	for what, change := range map[string]func(*fake){
		"was not taken":        func(f *fake) { f.status["/ar/testimony"] = 400 },
		"else than a receipt":  func(f *fake) { f.headers["Content-Type"] = []string{"text/plain"} },
		"a clock on a receipt": func(f *fake) { f.headers.Set("Date", "x") },
	} {
		_, _, probe := visit(t, change)
		if worst(probe) == OK {
			t.Errorf("%s: %+v", what, probe)
		}
	}
	s := &Site{Host: onion, Receipt: "Other words", Lang: "ar"}
	if h := Heading([]byte(page("Received <em>and</em> sealed", ""))); h != "Received and sealed" || h == s.Receipt || Heading([]byte("<p>x")) != "" {
		t.Errorf("heading %q", h)
	}
	if text := ProbeText("2027-03-01"); !strings.Contains(text, "not testimony") || !strings.Contains(text, "ليس شهادة") {
		t.Errorf("a probe says %q", text)
	}
}

// Where nobody answers, that is said, and nothing else is.
func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	go rig.Socks(l, func(string) (net.Conn, error) { return nil, fmt.Errorf("no descriptor") })
	client, err := Through(l.Addr().String())
	must(t, err)
	s := &Site{Host: onion, Client: client}
	all := s.Look(t.Context())
	if len(all) != 1 {
		t.Fatalf("%+v", all)
	}
	wanted(t, "unreachable", all[0], Warning, "could not reach "+onion)
	wanted(t, "probe", s.Probe(t.Context(), "f", "t", "x")[0], Warning, "did not arrive")
}

// Another server may name any number of languages.
func TestManyLanguages(t *testing.T) {
	var page strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&page, `<a href="/en-%d/">`, i)
	}
	if all := languagesOf([]byte(page.String())); len(all) != maxLanguages {
		t.Errorf("%d languages", len(all))
	}
}
