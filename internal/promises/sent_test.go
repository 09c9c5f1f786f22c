package promises

import (
	"bytes"
	"fmt"
	"io"
	"net/http/httputil"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"amana/internal/rig"
)

// What the marks stand in. Each stands in the text densely, so that no piece of
// memory that held text is without one.
const (
	textMark     = "ARBTXT-بيت-7f3a"
	arabicMark   = "شهادةسريةللاختبار"
	fileNameMark = "FNAME-9c41d2"
	fileMark     = "FBYTES-51e0aa"
	wrongMark    = "WRONGWAY-0d77"
	answerMark   = "ANSWER-3be1"
	answerMark2  = "جوابسريجدا"
	additionMark = "ADDED-77c0e"
	addedMark    = "ADDFILE-e45d1"
	hisNameMark  = "HISNAME-b20a"
	hisNameMark2 = "اسمسريله"
	replyMark    = "REPLYTXT-6d8f"
	replyMark2   = "جوابالمراجعين"
)

// sentKinds are what the marks above stand for, and must all be found where nothing
// is erased, but for what was sent to a wrong path.
var sentKinds = map[string][]string{
	"a text":             {textMark, arabicMark},
	"the name of a file": {fileNameMark},
	"a file":             {fileMark},
	"an answer":          {answerMark, answerMark2},
	"a date":             {"1987-03-29", `arrest_date_y"` + "\r\n\r\n1987"},
	"choices":            {`"knowledge":["lived","paper"]`, `knowledge"` + "\r\n\r\npaper"},
	"an addition":        {additionMark},
	"a file added":       {addedMark},
	"his name":           {hisNameMark, hisNameMark2},
	"a reply":            {replyMark, replyMark2},
}

// whatIsSent returns the marks of everything that handIn sends, to which it adds the
// codes.
func whatIsSent() *sought {
	s := newSought()
	for kind, marks := range sentKinds {
		s.add(kind, marks...)
	}
	s.add("what was sent to a wrong path", wrongMark)
	return s
}

func dense(marker string, size int) string {
	return strings.Repeat(marker+" ", size/(len(marker)+1)+1)
}

// answered returns a testimony with answers of every kind.
func answered(narrative string) []rig.Field {
	return []rig.Field{
		{Name: "narrative", Value: narrative},
		{Name: "knowledge", Value: "lived"}, {Name: "knowledge", Value: "paper"},
		{Name: "rank_band", Value: ""},
		{Name: "unit", Value: dense(answerMark, 160)},
		{Name: "arrest_date_y", Value: "1987"}, {Name: "arrest_date_m", Value: "٣"}, {Name: "arrest_date_d", Value: "29"},
		{Name: "reason_given", Value: dense(answerMark2, 900)},
		{Name: "treatment", Value: dense(answerMark, 15_000)},
		{Name: "never_publish", Value: dense(answerMark, 1500) + dense(answerMark2, 1500)},
	}
}

// handIn sends a few hundred testimonies of several sizes, several at a time, among
// them some that are refused, cut off or not even requests; and then everything that
// those who got a code can do. It returns what to look for.
func handIn(t *testing.T, s *rig.Server) *sought {
	t.Helper()
	marks := whatIsSent()
	var mu sync.Mutex
	var sources []*source
	together(300, func(i int) {
		name := fmt.Sprintf("%s-%d.jpg", fileNameMark, i)
		narrative := dense(textMark, 200+i*20) + dense(arabicMark, 200)
		want := 200
		var status int
		var err error
		switch i % 10 {
		case 0: // in chunks
			body, _ := rig.Form(narrative)
			status, _, err = s.Send(chunked("/ar/testimony", body))
		case 1:
			status, _, err = s.PostTo("/ar/testimony", answered(narrative))
		case 2: // with a code
			one := newSource(t, s, marks, []string{"ar", "en"}[i/10%2], narrative)
			status = 200
			mu.Lock()
			sources = append(sources, one)
			mu.Unlock()
		case 3: // a mistake: all that was typed comes back
			want = 400
			status, _, err = s.PostTo("/en/testimony", append(answered(narrative), rig.Field{Name: "defect_date_m", Value: "13"}))
		case 4, 5, 6:
			status, _, err = s.Post(narrative, rig.Text(name, dense(fileMark, 1000+i*i*10)), rig.Text(name, dense(fileMark, 70_000)))
		case 7: // a file too large: the words come back
			want = 413
			status, _, err = s.PostTo("/ar/testimony", answered(narrative), rig.Text(name, dense(fileMark, 3<<20)))
		case 8: // cut off
			want = 0
			body, size := rig.Form(narrative, rig.Text(name, dense(fileMark, 100_000)))
			cutOff(s, io.MultiReader(strings.NewReader(rig.Head("/ar/testimony", size)), io.LimitReader(body, size/2)))
		case 9: // a wrong path; a request that is none; a field that is none
			want = 0
			body, size := rig.Form(dense(wrongMark, 3000))
			head := rig.Head("/ar/nothing", size)
			if i%20 == 9 {
				head = strings.Replace(head, "Host:", "Ho st:", 1)
			}
			s.Send(io.MultiReader(strings.NewReader(head), body))
			bad := strings.ReplaceAll(rig.Head("/ar/testimony", 100_000), rig.Boundary, "x")
			s.Send(strings.NewReader(bad + dense(wrongMark, 100_000)))
		}
		// Where all places are taken the words come back too.
		if err != nil || want != 0 && status != want && status != 503 {
			t.Errorf("testimony %d: status %d, want %d: %v", i, status, want, err)
		}
	})
	answer(t, s, sources...)
	together(len(sources), func(i int) { sources[i].converse(i%3 == 0) })
	return marks
}

// together calls do for the numbers below n, eight at a time.
func together(n int, do func(i int)) {
	var all sync.WaitGroup
	limit := make(chan struct{}, 8)
	for i := range n {
		limit <- struct{}{}
		all.Go(func() {
			defer func() { <-limit }()
			do(i)
		})
	}
	all.Wait()
}

// answer imports a reply to each source while the server serves.
func answer(t *testing.T, s *rig.Server, sources ...*source) {
	t.Helper()
	var letters []rig.Letter
	for _, one := range sources {
		letters = append(letters, rig.Letter{Thread: one.thread, Text: dense(replyMark, 700) + dense(replyMark2, 700)})
	}
	path := filepath.Join(t.TempDir(), "replies")
	if err := s.WriteReplies(path, letters...); err != nil {
		t.Fatal(err)
	}
	s.Run(t, "import", path)
}

// chunked returns a request whose body comes in chunks (RFC 9112, section 7.1).
func chunked(path string, body io.Reader) io.Reader {
	head := strings.Replace(rig.Head(path, 0), "Content-Length: 0", "Transfer-Encoding: chunked", 1)
	var out bytes.Buffer
	out.WriteString(head)
	w := httputil.NewChunkedWriter(&out)
	io.CopyBuffer(struct{ io.Writer }{w}, body, make([]byte, 700))
	w.Close()
	out.WriteString("\r\n")
	return &out
}

// cutOff sends bytes and closes the connection in the middle of a request.
func cutOff(s *rig.Server, raw io.Reader) {
	c, err := s.Dial()
	if err != nil {
		return
	}
	io.Copy(c, raw)
	c.Close()
}
