package pages

import (
	"fmt"
	"maps"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"amana/internal/questionnaire"
)

// hostile are values that would break out of a page that is not careful.
var hostile = map[string]string{
	"arabic":      "انشقّ أخي في صيف ٢٠١٢.\n\nثم سلّم نفسه.",
	"first line":  "\n\nbegins with empty lines",
	"breaks out":  `</textarea><script>alert(1)</script><img src=x onerror=alert(1)>`,
	"attribute":   `" onfocus=alert(1) autofocus x="`,
	"apostrophe":  `' onfocus=alert(1) '`,
	"closes":      `"></details></form><form action=//evil>`,
	"half a tag":  "</textarea \n</textarea/",
	"quotes":      `"'<>&amp;&lt;&#34;`,
	"override":    "a\u202eb\u2066c\u200f",
	"nul":         "a\x00b",
	"not utf-8":   "a\xffb\xc3",
	"crlf":        "one\r\ntwo\rthree",
	"our marks":   "%NARRATIVE% {{.State}} %!s",
	"long":        strings.Repeat("كلمة <&> ", 2_000),
	"wide":        strings.Repeat("😀", 1000),
	"spaces":      "  \t ",
	"not a head":  "</title><!--",
	"ends oddly":  "<",
	"replacement": "\uFFFD",
}

func TestValuesComeBack(t *testing.T) {
	s := tiny()
	for _, page := range []string{questionnaire.PageForm, questionnaire.PageName} {
		a := mustAsk(t, "ar", s, page)
		_, plain := ask(t, a, filled{values: everyValue(s, page, "x", "red", "unknown")})
		for name, value := range hostile {
			_, nodes := ask(t, a, filled{values: everyValue(s, page, value, "red", "unknown")})
			if got, want := sent(nodes), everyValue(s, page, asHTML(value), "red", "unknown"); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: comes back as %.300q", name, got)
			}
			if len(nodes) != len(plain) {
				t.Errorf("%s: the page has %d elements, not %d", name, len(nodes), len(plain))
			}
			checkQuestions(t, nodes)
		}
	}
}

// A value over its limit is shown whole, in a box that does not hold it back.
func TestTooLongIsShown(t *testing.T) {
	s := tiny()
	a := mustAsk(t, "en", s, questionnaire.PageForm)
	values := everyValue(s, questionnaire.PageForm, strings.Repeat("ب", 201), "red")
	_, nodes := ask(t, a, filled{values: values})
	for _, n := range nodes {
		if v, ok := attribute(n, "maxlength"); ok {
			t.Errorf("<%s> still has the limit %s", n.Data, v)
		}
	}
	if got := sent(nodes); !reflect.DeepEqual(got, values) {
		t.Error("a long value was cut")
	}
}

// A code that is on no list is not shown, and breaks nothing.
func TestUnknownCodes(t *testing.T) {
	a := mustAsk(t, "en", tiny(), questionnaire.PageForm)
	_, nodes := ask(t, a, filled{values: map[string][]string{"decree": {`"><b>`, "red", "pink"}, "relation": {"pink"}, "other": {"x"}}})
	if got := sent(nodes); !reflect.DeepEqual(got, map[string][]string{"decree": {"red"}}) {
		t.Errorf("comes back as %q", got)
	}
	checkQuestions(t, nodes)
}

// FuzzQuestions: whatever was typed comes back, and nothing else changes.
func FuzzQuestions(f *testing.F) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzQuestions"); err != nil || len(seeds) < 5 {
		f.Fatalf("there are %d seeds, want at least 5: %v", len(seeds), err)
	}
	s := tiny()
	a := mustAsk(f, "ar", s, questionnaire.PageForm)
	kinds := []questionnaire.ProblemKind{questionnaire.TooLong, questionnaire.NotInList, questionnaire.Impossible, questionnaire.NotText, questionnaire.TooMany}
	names := slices.Sorted(maps.Keys(everyValue(s, questionnaire.PageForm, "", "")))
	f.Fuzz(func(t *testing.T, value, code string, pick, kind uint8) {
		problems := everyProblem(s, questionnaire.PageForm, kinds[int(kind)%len(kinds)])
		problems = problems[:int(pick)%(len(problems)+1)]
		values := everyValue(s, questionnaire.PageForm, value, code, "red")
		_, nodes := ask(t, a, filled{values: values, problems: problems})
		checkQuestions(t, nodes)
		_, plain := ask(t, a, filled{values: everyValue(s, questionnaire.PageForm, "x", "red"), problems: problems})
		if len(nodes) != len(plain) {
			t.Errorf("%d elements, not %d", len(nodes), len(plain))
		}
		got := sent(nodes)
		for _, name := range names {
			want := []string{asHTML(value)}
			switch {
			case strings.HasSuffix(name, "_about"):
				want = []string{"1"}
			case name == "decree" || strings.HasPrefix(name, "seen"), name == "relation" || strings.HasPrefix(name, "place"):
				continue // what is on no list is lost
			case value == "":
				want = nil
			}
			if !slices.Equal(got[name], want) {
				t.Errorf("%s: got %q, want %q", name, got[name], want)
			}
		}
	})
}

// TestValuesAreNotCopied: a copy of a value made on the way would be one more to
// erase. What is allocated must not grow with it.
func TestValuesAreNotCopied(t *testing.T) {
	a := mustAsk(t, "ar", tiny(), questionnaire.PageForm)
	cost := func(size int) (allocated uint64, w pieces) {
		f := filled{values: map[string][]string{"narrative": {strings.Repeat("شهادة<", size/11)}, "cause": {strings.Repeat("سبب<", size/7)}}}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		if err := a.writeQuestions(&w, limits, f); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc, w
	}
	cost(11)
	small, _ := cost(11)
	large, w := cost(4 << 20)
	if w.total < 8<<20 || w.largest > 32<<10 {
		t.Fatalf("%d bytes were written, up to %d at once", w.total, w.largest)
	}
	if large > small+1<<20 {
		t.Errorf("8 MiB of values cost %d bytes of memory, a few bytes cost %d", large, small)
	}
}

// pieces notes the largest piece written.
type pieces struct{ largest, total int }

func (w *pieces) Write(p []byte) (int, error) {
	w.largest, w.total = max(w.largest, len(p)), w.total+len(p)
	return len(p), nil
}

// stops fails after a number of bytes.
type stops struct{ left int }

func (w *stops) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, fmt.Errorf("stopped")
	}
	return len(p), nil
}

func TestWriteErrorsOfQuestions(t *testing.T) {
	s := tiny()
	const secret = "a marker that no error may hold"
	a := mustAsk(t, "en", s, questionnaire.PageForm)
	f := filled{values: everyValue(s, questionnaire.PageForm, secret, "red"), problems: everyProblem(s, questionnaire.PageForm, questionnaire.TooLong)}
	data, _ := ask(t, a, f)
	for left := 0; left < len(data); left += 37 {
		if err := a.writeQuestions(&stops{left}, limits, f); err == nil || strings.Contains(err.Error(), secret) {
			t.Fatalf("after %d bytes: %v", left, err)
		}
	}
	if err := a.writeQuestions(&stops{len(data)}, limits, f); err != nil {
		t.Error(err)
	}
	for left := range 500 {
		if err := a.writeProblems(&stops{left}, limits, f.problems); err == nil {
			t.Fatalf("the list was written into %d bytes", left)
		}
	}
}

func BenchmarkQuestions(b *testing.B) {
	a := mustAsk(b, "ar", tiny(), questionnaire.PageForm)
	for b.Loop() {
		var w pieces
		a.writeQuestions(&w, limits, filled{})
	}
}
