package pages_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"amana/intake/pages"
)

// told is a form that comes back with a narrative.
func told(narrative string, kind pages.ProblemKind) pages.Form {
	return pages.Form{Values: map[string][]string{"narrative": {narrative}}, Problem: kind}
}

// shown renders the form with a narrative and returns what a browser would show
// in the text field, and the elements of the page.
func shown(t testing.TB, p *pages.Pages, narrative string) (string, []*html.Node) {
	t.Helper()
	var b bytes.Buffer
	if err := p.Form(&b, "ar", state, told(narrative, pages.TotalTooLarge)); err != nil {
		t.Fatal(err)
	}
	if bytes.IndexByte(b.Bytes(), 0) >= 0 || !utf8.Valid(b.Bytes()) {
		t.Error("the page holds a NUL, or is not UTF-8")
	}
	nodes := parse(t, b.Bytes())
	for _, n := range nodes {
		if n.Data == "textarea" {
			return text(n), nodes
		}
	}
	t.Fatal("there is no text field")
	return "", nil
}

// expected is the narrative as HTML can carry it.
func expected(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.ReplaceAll(s, "\r", "\n")
}

func TestNarrativeComesBack(t *testing.T) {
	p := mustNew(t)
	_, plain := shown(t, p, "")
	for name, narrative := range map[string]string{
		"arabic":      "انشقّ أخي في صيف ٢٠١٢.\n\nثم سلّم نفسه.",
		"first line":  "\n\nbegins with empty lines",
		"breaks out":  `</textarea><script>alert(1)</script><img src=x onerror=alert(1)>`,
		"half a tag":  "</textarea \n</textarea/",
		"quotes":      `"'<>&amp;&lt;`,
		"override":    "a\u202eb\u2066c\u200f",
		"nul":         "a\x00b",
		"not utf-8":   "a\xffb\xc3",
		"crlf":        "one\r\ntwo\rthree",
		"our slot":    "\ue000token\ue001 \ue000narrative\ue001 {{.State}} %!s",
		"long":        strings.Repeat("كلمة <&> ", 20_000),
		"wide":        strings.Repeat("😀", 1000),
		"not a head":  "</title><!--",
		"ends oddly":  "<",
		"one replace": "\uFFFD",
	} {
		t.Run(name, func(t *testing.T) {
			got, nodes := shown(t, p, narrative)
			if want := expected(narrative); name != "not utf-8" && got != want {
				t.Errorf("shown differs from what was written: %d and %d bytes", len(got), len(want))
			}
			if len(nodes) != len(plain) {
				t.Errorf("the page has %d elements, and %d without the narrative", len(nodes), len(plain))
			}
		})
	}
}

func FuzzNarrative(f *testing.F) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzNarrative"); err != nil || len(seeds) == 0 {
		f.Fatalf("the seeds are missing: %v", err)
	}
	p := mustNew(f)
	f.Fuzz(func(t *testing.T, narrative string) {
		got, nodes := shown(t, p, narrative)
		if utf8.ValidString(narrative) && got != expected(narrative) {
			t.Errorf("got %q, want %q", got, expected(narrative))
		}
		_, plain := shown(t, p, "")
		if len(nodes) != len(plain) {
			t.Errorf("%d elements, not %d", len(nodes), len(plain))
		}
	})
}

// smallWrites notes the largest piece written.
type smallWrites struct{ largest, total int }

func (w *smallWrites) Write(p []byte) (int, error) {
	w.largest = max(w.largest, len(p))
	w.total += len(p)
	return len(p), nil
}

// TestNarrativeIsNotCopied: a copy of the narrative made on the way would be
// one more to erase. What is allocated must not grow with it.
func TestNarrativeIsNotCopied(t *testing.T) {
	p := mustNew(t)
	cost := func(size int) (allocated uint64, w smallWrites) {
		narrative := strings.Repeat("شهادة<", size/11)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		if err := p.Form(&w, "ar", state, told(narrative, pages.Busy)); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc, w
	}
	cost(11) // the first call fills pools
	small, _ := cost(11)
	large, w := cost(4 << 20)
	if w.total < 4<<20 {
		t.Fatalf("only %d bytes were written", w.total)
	}
	if large > small+1<<20 {
		t.Errorf("4 MiB of narrative cost %d bytes of memory, 11 bytes cost %d", large, small)
	}
	if w.largest > 32<<10 {
		t.Errorf("a piece of %d bytes was written", w.largest)
	}
}

// failing fails after a number of bytes.
type failing struct{ left int }

var errBroken = errors.New("broken")

func (w *failing) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errBroken
	}
	return len(p), nil
}

func TestWriteErrors(t *testing.T) {
	p := mustNew(t)
	const secret = "a marker that no error may hold"
	form := told(strings.Repeat(secret, 200), pages.Busy)
	var whole bytes.Buffer
	if err := p.Form(&whole, "en", state, form); err != nil {
		t.Fatal(err)
	}
	for left := 0; left < whole.Len(); left += 997 {
		err := p.Form(&failing{left}, "en", state, form)
		if !errors.Is(err, errBroken) || strings.Contains(err.Error(), secret) {
			t.Fatalf("after %d bytes: %v", left, err)
		}
	}
	if err := p.Form(io.Discard, "en", state, form); err != nil {
		t.Error(err)
	}
}
