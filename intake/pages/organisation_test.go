package pages_test

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"amana/intake/pages"
)

var both = []string{"ar", "en"}

// valid is a file that says all it can.
const valid = `schema = "amana/organisation/1"
[name]
ar = "منظمة للتجربة"
en = "An organisation for a test"
[introduction]
ar = ["نحن للتجربة.", "لا شيء هنا حقيقي."]
en = ["We are for a test.", "Nothing here is real, <b>nothing</b>."]
[[support]]
ar = "خط للتجربة: ٠٠٠٠٠٠٠"
en = "A line for a test: 0000000"
`

func TestOrganisation(t *testing.T) {
	o, err := pages.ReadOrganisation(strings.NewReader(valid), both)
	if err != nil {
		t.Fatal(err)
	}
	p, err := pages.New(pages.Options{Questionnaire: pages.SampleSchema(), Organisation: o})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		write   func(io.Writer) error
		says    []string
		support bool
	}{
		"landing": {func(w io.Writer) error { return p.Landing(w, "en", state) }, []string{"An organisation for a test", "We are for a test.", "real, &lt;b&gt;nothing&lt;/b&gt;."}, false},
		"before":  {func(w io.Writer) error { return p.Before(w, "en", state) }, []string{"An organisation for a test", "We are for a test.", "real, &lt;b&gt;nothing&lt;/b&gt;."}, true},
		"receipt": {func(w io.Writer) error { return p.Receipt(w, "en", pages.Receipt{}) }, nil, true},
	} {
		page := string(render(t, c.write))
		for _, want := range c.says {
			if strings.Count(page, want) != 1 {
				t.Errorf("%s does not say once %q", name, want)
			}
		}
		if strings.Contains(page, "does not say who runs it") {
			t.Errorf("%s says that it does not say", name)
		}
		if got := strings.Contains(page, "A line for a test: 0000000"); got != c.support {
			t.Errorf("%s has the support line: %v", name, got)
		}
	}
	if page := string(render(t, func(w io.Writer) error { return p.Landing(w, "ar", state) })); !strings.Contains(page, "نحن للتجربة.") {
		t.Error("the Arabic words are not there")
	}
}

// TestNoOrganisation: without a file nothing is invented.
func TestNoOrganisation(t *testing.T) {
	for lang, words := range map[string]string{"ar": "لا تقول هذه الصفحة من يديرها.", "en": "This page does not say who runs it."} {
		page := string(render(t, func(w io.Writer) error { return mustNew(t).Landing(w, lang, state) }))
		if !strings.Contains(page, words) {
			t.Errorf("%s: the first page does not say that it names nobody", lang)
		}
	}
	for _, pg := range everyPage(t) {
		if !strings.HasSuffix(pg.name, "organised") && !strings.HasPrefix(pg.name, "receipt") &&
			(bytes.Contains(pg.data, []byte("these may listen")) || bytes.Contains(pg.data, []byte("فقد يسمعك هؤلاء"))) {
			t.Errorf("%s %s offers support that nobody gave", pg.lang, pg.name)
		}
	}
}

// TestOrganisationLanguages: the pages are offered in the languages that an
// organisation speaks, the default among them.
func TestOrganisationLanguages(t *testing.T) {
	p, err := pages.New(pages.Options{Questionnaire: pages.SampleSchema(), Organisation: pages.SampleOrganisation("ar")})
	if err != nil || !slices.Equal(p.Languages(), []string{"ar"}) {
		t.Errorf("an organisation without English words: %v, %v", p, err)
	}
	_, err = pages.New(pages.Options{Questionnaire: pages.SampleSchema(), Organisation: pages.SampleOrganisation("en")})
	if err == nil || !strings.Contains(err.Error(), "no words in ar") {
		t.Errorf("an organisation without Arabic words: %v", err)
	}
	half := pages.SampleOrganisation("ar", "en")
	delete(half.Introduction, "en")
	if _, err := pages.New(pages.Options{Questionnaire: pages.SampleSchema(), Organisation: half}); err == nil || !strings.Contains(err.Error(), "no introduction in en") {
		t.Errorf("an organisation with half the English words: %v", err)
	}
	one := regexp.MustCompile("(?m)^en = .*\n").ReplaceAllString(valid, "")
	if _, err := pages.ReadOrganisation(strings.NewReader(one), both); err != nil {
		t.Errorf("a file in Arabic alone: %v", err)
	}
}

// TestQuestionnaireLanguages: only what both can say is offered.
func TestQuestionnaireLanguages(t *testing.T) {
	schema := pages.SampleSchema()
	schema.Languages = []string{"ar", "fr"}
	p, err := pages.New(pages.Options{Questionnaire: schema, Organisation: pages.SampleOrganisation("ar")})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Languages(); len(got) != 1 || got[0] != "ar" {
		t.Errorf("the languages are %q", got)
	}
	schema.Languages = []string{"en"}
	if _, err := pages.New(pages.Options{Questionnaire: schema}); err == nil {
		t.Error("a questionnaire without the default language was taken")
	}
	schema = pages.SampleSchema()
	schema.Sections = schema.Sections[1:]
	if _, err := pages.New(pages.Options{Questionnaire: schema}); err == nil {
		t.Error("a questionnaire without a narrative was taken")
	}
}

func TestOrganisationRefused(t *testing.T) {
	long := strings.Repeat("a", 241)
	for name, c := range map[string]struct{ old, new, want string }{
		"not TOML":        {"[name]", "[name", "line 3: "},
		"wrong type":      {`en = "An organisation for a test"`, "en = 5", "organisation: line 4 "},
		"no schema":       {`schema = "amana/organisation/1"`, "", "must begin with schema"},
		"another schema":  {"organisation/1", "organisation/2", `line 1: schema is not "amana/organisation/1"`},
		"unknown key":     {"[introduction]", "web = \"x\"\n[introduction]", `line 5: name: "web" is not a language`},
		"unknown table":   {"[introduction]", "[more]\nen = \"x\"\n[introduction]", `line 5: there is no "more"`},
		"other language":  {`en = "A line for a test: 0000000"`, "en = \"x\"\nfr = \"x\"", `line 11: support, number 1: "fr" is not a language of the pages: they are ar, en`},
		"no name":         {`ar = "منظمة للتجربة"`, "", `[name] has nothing for "ar"`},
		"no second name":  {`en = "An organisation for a test"`, "", `[name] has nothing for "en"`},
		"no introduction": {`en = ["We are for a test.", "Nothing here is real, <b>nothing</b>."]`, "", `[introduction] has nothing for "en"`},
		"no support":      {`en = "A line for a test: 0000000"`, "", `[[support]] number 1 has nothing for "en"`},
		"empty":           {"We are for a test.", " ", "line 7: introduction, paragraph 1: en: is empty"},
		"space":           {"We are for a test.", "We ", "line 7: introduction, paragraph 1: en: begins or ends with a space"},
		"long name":       {"An organisation for a test", long[:81], "line 4: name: en: has more than 80 characters"},
		"long paragraph":  {"We are for a test.", long, "line 7: introduction, paragraph 1: en: has more than 240 characters"},
		"long line":       {"A line for a test: 0000000", long[:161], "line 10: support, number 1: en: has more than 160 characters"},
		"four paragraphs": {`["We are for a test."`, `["a", "b", "c"`, "line 7: introduction: en: more than 3 paragraphs"},
		"five lines":      {"[[support]]", strings.Repeat("[[support]]\nar = \"a\"\nen = \"a\"\n", 4) + "[[support]]", "support: more than 4 lines"},
		"line break":      {"We are for a test.", `We are\nfor`, "line 7: introduction, paragraph 1: en: holds a line break"},
		"control":         {"We are for a test.", `We are \u0007`, "line 7: introduction, paragraph 1: en: holds a line break"},
		"override":        {"منظمة للتجربة", `منظمة \u202Eab`, "line 3: name: ar: holds a line break"},
		"mark":            {"منظمة للتجربة", `منظمة\u200Fab`, "line 3: name: ar: holds a line break"},
		"a slot":          {"منظمة للتجربة", `\uE000token\uE001`, "line 3: name: ar: holds a line break"},
		"website":         {"A line for a test: 0000000", "see https://x", "line 10: support, number 1: en: holds an address on the internet"},
		"website again":   {"A line for a test: 0000000", "see Example.ORG", "line 10: support, number 1: en: holds an address on the internet"},
		"e-mail":          {"We are for a test.", "write to a@b", "line 7: introduction, paragraph 1: en: holds a way to reach somebody"},
		"telephone":       {"نحن للتجربة.", "هاتف ٠٠٠ ٠٠٠-٠٠", "line 6: introduction, paragraph 1: ar: holds a way to reach somebody"},
		"example name":    {"An organisation for a test", "NAME OF YOUR ORGANISATION", "line 4: name: en: still holds the words of the example"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(valid, c.old, c.new, 1)
			if changed == valid {
				t.Fatal("the file does not hold what the test would change")
			}
			if _, err := pages.ReadOrganisation(strings.NewReader(changed), both); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
	for name, file := range map[string]string{"too large": valid + strings.Repeat("# comment\n", 1700), "too many lines": valid + strings.Repeat("\n", 400), "nothing": ""} {
		if _, err := pages.ReadOrganisation(strings.NewReader(file), both); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
}

// TestOrganisationExample: each value of the example is refused as it stands, and
// a filled-in one is taken.
func TestOrganisationExample(t *testing.T) {
	example, err := os.ReadFile("../../docs/organisation.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	_, err = pages.ReadOrganisation(bytes.NewReader(example), both)
	if err == nil {
		t.Fatal("the example was taken")
	}
	if got := strings.Count(err.Error(), "still holds the words of the example"); got != 8 {
		t.Errorf("%d of 8 values are refused: %v", got, err)
	}
	var filled []string
	for line := range strings.Lines(string(example)) {
		for _, open := range []string{`ar = "`, `en = "`, `  "`} {
			if rest, ok := strings.CutPrefix(line, open); ok {
				_, end, _ := strings.Cut(rest, `"`)
				line = open + "test" + `"` + end
			}
		}
		filled = append(filled, line)
	}
	if _, err := pages.ReadOrganisation(strings.NewReader(strings.Join(filled, "")), both); err != nil {
		t.Errorf("the example filled in: %v", err)
	}
}

func FuzzOrganisation(f *testing.F) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzOrganisation"); err != nil || len(seeds) == 0 {
		f.Fatalf("the seeds are missing: %v", err)
	}
	f.Fuzz(func(t *testing.T, file string) {
		o, err := pages.ReadOrganisation(strings.NewReader(file), both)
		if err != nil {
			return
		}
		for _, lang := range both {
			for _, text := range append(append([]string{o.Name[lang]}, o.Introduction[lang]...), o.Support[lang]...) {
				if o.Name[lang] != "" && text == "" || strings.ContainsAny(text, "\n\r\x00\ue000\u202e") || strings.Contains(text, "://") {
					t.Errorf("%s: %q was taken", lang, text)
				}
			}
			if len(o.Support[lang]) != len(o.Support["ar"]) {
				t.Error("a support line stands in one language only")
			}
		}
	})
}
