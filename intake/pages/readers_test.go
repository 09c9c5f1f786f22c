package pages_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"amana/intake/pages"
	"amana/internal/wordlist"
)

// TestReaders: the first page says how many can read, the number of their list,
// and its words in the page's language and in order; the form says it in short.
func TestReaders(t *testing.T) {
	p := mustNew(t)
	for _, c := range []struct {
		lang, dir     string
		reviewers     int
		epoch         uint32
		landing, form string
	}{
		{"en", "ltr", 1, 1, "Only 1 reviewer can|list number\u00a01.|of list number\u00a01 elsewhere", "Only 1 reviewer can read what you send (list number\u00a01)."},
		{"en", "ltr", 12, 10_345, "Only 12 reviewers can|list number\u00a010,345.", "12 reviewers|list number\u00a010,345"},
		{"ar", "rtl", 1, 1, "مراجع واحد فقط|القائمة رقم\u00a0١.|كلمات القائمة رقم\u00a0١", "إلا مراجع واحد (القائمة رقم\u00a0١)."},
		{"ar", "rtl", 2, 7, "مراجعان فقط", "إلا مراجعان (القائمة رقم\u00a0٧)."},
		{"ar", "rtl", 3, 12, "٣ مراجعين فقط|القائمة رقم\u00a0١٢.", "إلا ٣ مراجعين (القائمة رقم\u00a0١٢)."},
		{"ar", "rtl", 20, 2, "٢٠ مراجعًا فقط", "إلا ٢٠ مراجعًا (القائمة رقم\u00a0٢)."},
		{"ar", "rtl", 100, 2, "١٠٠ مراجع فقط", "إلا ١٠٠ مراجع (القائمة رقم\u00a0٢)."},
	} {
		s := state
		s.Reviewers, s.Epoch = c.reviewers, c.epoch
		var landing, form bytes.Buffer
		if err := p.Landing(&landing, c.lang, s); err != nil {
			t.Fatal(err)
		}
		if err := p.Form(&form, c.lang, s, pages.Form{}); err != nil {
			t.Fatal(err)
		}
		for want := range strings.SplitSeq(c.landing, "|") {
			if !strings.Contains(landing.String(), want) {
				t.Errorf("%s, %d, %d: the first page does not say %q", c.lang, c.reviewers, c.epoch, want)
			}
		}
		for want := range strings.SplitSeq(c.form, "|") {
			if !strings.Contains(form.String(), want) {
				t.Errorf("%s, %d, %d: the form does not say %q", c.lang, c.reviewers, c.epoch, want)
			}
		}
		list, words := wordsOf(t, landing.Bytes())
		if attr(list, "lang") != c.lang || attr(list, "dir") != c.dir || attr(list, "translate") != "no" {
			t.Errorf("%s: the words stand in %v", c.lang, list.Attr)
		}
		if want := strings.Fields(wordlist.Fingerprint(c.lang, s.Sum)); len(want) != 8 || !slices.Equal(words, want) {
			t.Errorf("%s: the words are %q, not %q", c.lang, words, want)
		}
	}
}

// wordsOf returns the ordered list of a page and its items.
func wordsOf(t *testing.T, data []byte) (*html.Node, []string) {
	t.Helper()
	for _, n := range parse(t, data) {
		if n.Data != "ol" {
			continue
		}
		var words []string
		for item := range n.ChildNodes() {
			if item.Type == html.ElementNode {
				words = append(words, text(item))
			}
		}
		return n, words
	}
	t.Fatal("there is no ordered list")
	return nil, nil
}

// TestP4NoReadersNoWords: without a list in force no page speaks of readers.
func TestP4NoReadersNoWords(t *testing.T) {
	p := mustNew(t)
	without := state
	without.Reviewers, without.Epoch, without.Sum = 0, 0, [32]byte{}
	for lang, words := range map[string][]string{"ar": {"مراجعين", "لا أحد", "القائمة"}, "en": {"reviewer", "list number"}} {
		var landing, form bytes.Buffer
		if err := p.Landing(&landing, lang, without); err == nil || landing.Len() > 0 {
			t.Errorf("%s: the first page was shown without a list", lang)
		}
		if err := p.Form(&form, lang, without, pages.Form{Narrative: "x", Problem: pages.Closed, FilesLost: true}); err != nil {
			t.Fatal(err)
		}
		for _, word := range words {
			if strings.Contains(form.String(), word) {
				t.Errorf("%s: the form says %q", lang, word)
			}
		}
	}
}

// TestClosedLeadsNowhere: the page about a closed intake offers neither the form
// nor the first page, which are closed too, only itself in other languages.
func TestClosedLeadsNowhere(t *testing.T) {
	for lang, other := range map[string]string{"ar": "/en/", "en": "/ar/"} {
		var b bytes.Buffer
		if err := mustNew(t).Problem(&b, lang, pages.Problem{Kind: pages.Closed, State: state}); err != nil {
			t.Fatal(err)
		}
		for _, n := range parse(t, b.Bytes()) {
			if n.Data == "a" && attr(n, "href") != other {
				t.Errorf("%s: leads to %s", lang, attr(n, "href"))
			}
		}
	}
}
