package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/selection"
	"amana/internal/synthetic"
	"amana/internal/testimony"
)

// tree returns the contents of a folder by the names of its files.
func tree(t *testing.T, path string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(path, p)
		all[filepath.ToSlash(name)] = read(t, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// The same workspace on the same day gives the same bytes, and the list of hashes has
// each file.
func TestSameBytes(t *testing.T) {
	people := synthetic.Make(5, 30, synthetic.Options{Files: true})
	w := filled(t, people, false)
	all := linked(t, w, people)
	o := Options{Names: true, Files: true, Purpose: "why", Recipient: "who"}
	first, made := written(t, selected(t, w, all, consent.Own, selection.Options{}), o)
	second, again := written(t, selected(t, w, all, consent.Own, selection.Options{}), o)
	a, b := tree(t, first), tree(t, second)
	if len(a) != len(b) || made.Sums != again.Sums || len(a) < 60 {
		t.Errorf("%d and %d files, %s and %s", len(a), len(b), made.Sums, again.Sums)
	}
	sums := make(map[string]string)
	for line := range strings.Lines(a[sumsName]) {
		hash, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		sums[name] = hash
	}
	for name, data := range a {
		if b[name] != data {
			t.Errorf("%s is another the second time", name)
		}
		sum := sha256.Sum256([]byte(data))
		if name != sumsName && sums[name] != hex.EncodeToString(sum[:]) {
			t.Errorf("the list of hashes has another of %s", name)
		}
	}
	if sum := sha256.Sum256([]byte(a[sumsName])); hex.EncodeToString(sum[:]) != made.Sums || len(sums) != len(a)-1 {
		t.Errorf("%d hashes of %d files", len(sums), len(a))
	}
}

var id = regexp.MustCompile(`C-[0-9a-f]{10}|[0-9a-f]{32}`)

// What anybody may read holds nothing of a thread that did not allow it: not a word,
// not an id. What was allowed is there, without the source's days, names of files,
// notes of reviewers, and hashes by which a phone could be searched.
func TestForAnybody(t *testing.T) {
	people := synthetic.Make(11, 60, synthetic.Options{Files: true, EveryConsent: true, Marks: true})
	w := filled(t, people, false)
	all := linked(t, w, people)
	s := selected(t, w, all, consent.Report, selection.Options{Names: true})
	path, made := written(t, s, Options{Names: true})
	if made.Cases == 0 || made.Cases == len(all) {
		t.Fatalf("%d of %d cases: the test is blind", made.Cases, len(all))
	}
	told := make(map[string]bool)
	caseTold := make(map[string]bool)
	for _, c := range s.Cases {
		caseTold[c.ID] = true
		for _, th := range c.Threads {
			told[th.ID] = true
		}
	}
	var whole strings.Builder
	for _, data := range tree(t, path) {
		whole.WriteString(data)
	}
	text := whole.String()
	for _, found := range id.FindAllString(text, -1) {
		if strings.HasPrefix(found, "C-") && !caseTold[found] {
			t.Errorf("case %s is named", found)
		}
	}
	found := 0
	for _, p := range people {
		for _, th := range p.Threads {
			if strings.Contains(text, th.ID) {
				t.Errorf("thread %s is named", th.ID)
			}
			for _, e := range th.Envelopes {
				if strings.Contains(text, e.ID) {
					t.Errorf("testimony %s is named", e.ID)
				}
				for key := range e.Testimony.Answers {
					mark := synthetic.Mark(th.ID, key)
					is := strings.Contains(text, mark)
					may := told[th.ID] && (e.Testimony.Kind == testimony.First || e.Testimony.Kind == testimony.Addition) && key != "never_publish"
					if is && !may {
						t.Errorf("%s is told: %s", key, mark)
					}
					if is {
						found++
					}
				}
				for _, f := range e.Files {
					if strings.Contains(text, f.Name) && len(f.Name) > 8 {
						t.Errorf("the name of a file, %q, is told", f.Name)
					}
				}
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d texts were found: the test is blind", found)
	}
	for _, never := range []string{reviewersNote, "SHA-256</bdi>", "Huda", "Karim", "extract "} {
		if strings.Contains(text, never) {
			t.Errorf("%q is told", never)
		}
	}
	if _, err := into(t.Context(), filepath.Join(t.TempDir(), "r"), s, Options{Files: true}); err == nil {
		t.Error("files were put beside a report for anybody")
	}
	if _, err := into(t.Context(), filepath.Join(t.TempDir(), "r"), selected(t, w, all, consent.Numbers, selection.Options{}), Options{}); err == nil {
		t.Error("what may only be counted has pages")
	}
}

// Every page of the reviewers' own desk has the mark, and no other has it; the page of
// his name is there only if it was asked for.
func TestMark(t *testing.T) {
	people := synthetic.Make(5, 12, synthetic.Options{Names: 100, Marks: true})
	w := filled(t, people, true)
	all := linked(t, w, people)
	own, _ := written(t, selected(t, w, all, consent.Own, selection.Options{}), Options{})
	for name, data := range tree(t, own) {
		if strings.HasSuffix(name, ".html") && !strings.Contains(data, words["working-mark"][0]) && !strings.Contains(data, words["working-mark"][1]) {
			t.Errorf("%s has no mark", name)
		}
		if strings.Contains(data, ".his_name⟧") {
			t.Errorf("%s has his name", name)
		}
	}
	named, _ := written(t, selected(t, w, all, consent.Own, selection.Options{}), Options{Names: true})
	if !slices.ContainsFunc(all, func(c *cases.Case) bool {
		return strings.Contains(read(t, named, "ar", "cases", c.ID+".html"), ".his_name⟧")
	}) {
		t.Error("his name is nowhere")
	}
	for name, data := range tree(t, func() string {
		p, _ := written(t, selected(t, w, all, consent.Report, selection.Options{}), Options{})
		return p
	}()) {
		if strings.Contains(data, words["working-mark"][1]) {
			t.Errorf("%s has the mark of the reviewers' own desk", name)
		}
	}
}

// hostile is what a source could write to break a page, or to deceive its reader.
const hostile = "\u202egnp.<script>alert(1)</script></svg>\" onload='x' {{.Style}} ﷽\u2066x"

// A source's words are words, wherever they stand: nothing of them is markup, and what
// turns text around is spelled out.
func TestHostileWords(t *testing.T) {
	people := synthetic.Make(5, 3, synthetic.Options{Alone: true, Names: 100})
	for _, p := range people {
		for _, th := range p.Threads {
			for _, e := range th.Envelopes {
				a := e.Testimony.Answers
				for _, key := range []string{"narrative", "unit", "his_name", "fate", "surrender_date", "place_from_1", "new_question", "</script>"} {
					a[key] = hostile
				}
				e.Testimony.Choices["category"] = []string{hostile}
				e.Testimony.Language = `"><script>`
			}
		}
	}
	w := filled(t, people, true)
	path, _ := written(t, selected(t, w, linked(t, w, people), consent.Own, selection.Options{}), Options{Names: true, Purpose: hostile, Recipient: hostile})
	pages := 0
	for name, data := range tree(t, path) {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		pages++
		if strings.ContainsAny(data, "\u202e\u2066") || strings.Contains(data, "<script>alert") {
			t.Errorf("%s has what turns text around, or a script", name)
		}
		data, _, _ = strings.Cut(data, `<script type="application/json"`) // of which a quote is no end
		for _, bad := range []string{"<script>alert", "onload='x'", "\u202e", "\u2066", "</svg>\""} {
			if strings.Contains(data, bad) {
				t.Errorf("%s has %q in it", name, bad)
			}
		}
		if strings.Contains(name, "cases/") && !strings.Contains(data, "[U&#43;202E]gnp.&lt;script&gt;") {
			t.Errorf("%s does not show what the source wrote", name)
		}
	}
	if pages < 9 {
		t.Errorf("%d pages", pages)
	}
}

// A report is made whole or not at all.
func TestWholeOrNothing(t *testing.T) {
	people := synthetic.Make(5, 12, synthetic.Options{Files: true})
	w := filled(t, people, false)
	s := selected(t, w, linked(t, w, people), consent.Own, selection.Options{})
	dir := t.TempDir()
	ctx, stop := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	_, err := into(ctx, filepath.Join(dir, "report"), s, Options{Progress: func(done int) {
		if done == 3 {
			stop(enough)
		}
	}})
	if !errors.Is(err, enough) {
		t.Errorf("stopped: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v (%v)", left, err)
	}
	broken := errors.New("broken")
	_, err = Write(t.Context(), s, failing{after: 5, err: broken}.folder(), Options{Questions: questions(), Day: day})
	if !errors.Is(err, broken) {
		t.Errorf("a disk that fails: %v", err)
	}
}
