package report

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"amana/internal/browsertest"

	devpage "github.com/chromedp/cdproto/page"
	"golang.org/x/text/unicode/norm"
)

var (
	pageSize = regexp.MustCompile(`<page width="([0-9.]+)" height="([0-9.]+)">`)
	word     = regexp.MustCompile(`<word xMin="([-0-9.]+)" yMin="([-0-9.]+)" xMax="([-0-9.]+)" yMax="([-0-9.]+)">`)
)

// TestPrints prints a page as the browser does: the Arabic words can be found in the
// PDF, the mark of the reviewers' own desk stands on each of its pages, nothing
// reaches over the edge of the paper, and the head of the long table comes again.
func TestPrints(t *testing.T) {
	pdftotext, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Fatal("pdftotext is not installed: apt-get install poppler-utils")
	}
	path, id := looked(t)
	ctx := browsertest.Start(t)
	print := func(page ...string) func(args ...string) string {
		visit(t, ctx, filepath.Join(append([]string{path}, page...)...))
		pdf := call(t, ctx, devpage.PrintToPDF, devpage.PrintToPDFParams{PreferCSSPageSize: new(true)}).Data
		return func(args ...string) string {
			cmd := exec.Command(pdftotext, append(args, "-", "-")...)
			cmd.Stdin = bytes.NewReader(pdf)
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			return string(out)
		}
	}
	onPaper(t, "the widest table", print("ar", "tables", "heat.html")("-bbox"))
	for _, lang := range []string{"ar", "en"} {
		run := print(lang, "cases", id+".html")
		pages := strings.Split(strings.TrimSuffix(run(), "\f"), "\f")
		if len(pages) < 3 {
			t.Fatalf("%s: only %d pages", lang, len(pages))
		}
		l := &language{Code: lang}
		heads := 0
		for i, text := range pages {
			for _, w := range strings.Fields(l.say("working-mark"))[:4] {
				if !letters(text)[sorted(w)] {
					t.Errorf("%s: %q of the mark is not on page %d", lang, w, i+1)
				}
			}
			if letters(text)[sorted(l.say("question"))] && letters(text)[sorted(strings.Fields(l.say("reviewers"))[0])] {
				heads++
			}
		}
		if heads < 2 {
			t.Errorf("%s: the head of the table of answers is on %d pages", lang, heads)
		}
		whole := strings.Join(pages, " ")
		for _, key := range []string{"timeline", "answers", "coding", "files"} {
			for _, w := range strings.Fields(l.say(key)) {
				if !letters(whole)[sorted(w)] {
					t.Errorf("%s: %q is not in the PDF", lang, w)
				}
			}
		}
		onPaper(t, lang, run("-bbox"))
	}
}

// letters returns the words of a text, each as its letters in the order of the alphabet:
// what is drawn as one (lam and alef) comes back in either order.
func letters(text string) map[string]bool {
	words := make(map[string]bool)
	for _, w := range strings.Fields(text) {
		words[sorted(w)] = true
	}
	return words
}

func sorted(word string) string {
	runes := []rune(norm.NFKC.String(strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cf, unicode.Po) {
			return -1
		}
		return r
	}, word)))
	slices.Sort(runes)
	return string(runes)
}

// onPaper looks that every word is between the edges of its page.
func onPaper(t *testing.T, lang, boxes string) {
	t.Helper()
	width, height, words := 0.0, 0.0, 0
	for _, line := range strings.Split(boxes, "\n") {
		if m := pageSize.FindStringSubmatch(line); m != nil {
			width, height = number(m[1]), number(m[2])
		}
		m := word.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		words++
		if number(m[1]) < 0 || number(m[3]) > width || number(m[2]) < 0 || number(m[4]) > height {
			t.Errorf("%s: a word reaches over the edge of a page of %v by %v: %s", lang, width, height, strings.TrimSpace(line))
		}
	}
	if words < 60 {
		t.Errorf("%s: only %d words", lang, words)
	}
}

func number(s string) float64 {
	f, _ := strconv.ParseFloat(s, 64)
	return f
}
