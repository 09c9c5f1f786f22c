package pages

import (
	"bytes"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"amana/internal/questionnaire"
)

// said gives words in every language.
func said(s string) questionnaire.Text {
	return questionnaire.Text{"ar": "ع " + s, "en": s, "de": "D " + s, "tr": "T " + s}
}

// tiny is a questionnaire with every type, alone and repeated.
func tiny() *questionnaire.Schema {
	q := func(code string, kind questionnaire.Type, change ...func(*questionnaire.Question)) *questionnaire.Question {
		q := &questionnaire.Question{Code: code, Type: kind, Label: said(code + "? <&>")}
		switch kind {
		case questionnaire.TypeText:
			q.Limit, q.Rows = 20, 1
		case questionnaire.TypeOne, questionnaire.TypeMany:
			q.List = "list"
		}
		for _, f := range change {
			f(q)
		}
		return q
	}
	hint := func(q *questionnaire.Question) { q.Hint = said("a hint") }
	long := func(q *questionnaire.Question) { q.Rows, q.Limit = 5, 200 }
	var entries []questionnaire.Entry
	for _, code := range []string{"red", "green", "blue", questionnaire.CodeUnknown, questionnaire.CodeDeclined} {
		entries = append(entries, questionnaire.Entry{Code: code, Label: said(code)})
	}
	return &questionnaire.Schema{
		Name: "tiny", Version: 1, Languages: []string{"ar", "en", "de", "tr"},
		Sections: []questionnaire.Section{
			{Code: "what", Title: said("What"), Page: questionnaire.PageForm, Repeat: 1, Questions: []*questionnaire.Question{
				q("narrative", questionnaire.TypeText, long, hint), q("unit", questionnaire.TypeText),
			}},
			{Code: "him", Title: said("Him"), Intro: said("Some words first."), Page: questionnaire.PageForm, Repeat: 1, Questions: []*questionnaire.Question{
				q("relation", questionnaire.TypeOne, hint), q("decree", questionnaire.TypeMany, hint),
				q("left", questionnaire.TypeDate, hint), q("cause", questionnaire.TypeText, hint),
			}},
			{Code: "names", Title: said("Name"), Page: questionnaire.PageName, Repeat: 1, Questions: []*questionnaire.Question{
				q("his_name", questionnaire.TypeText), q("born", questionnaire.TypeDate),
			}},
			{Code: "places", Title: said("Place"), Page: questionnaire.PageForm, Repeat: 3, Questions: []*questionnaire.Question{
				q("place", questionnaire.TypeOne), q("seen", questionnaire.TypeMany), q("since", questionnaire.TypeDate), q("how", questionnaire.TypeText, long),
			}},
			{Code: "papers", Title: said("Papers"), Page: questionnaire.PageForm, Repeat: 1, Questions: []*questionnaire.Question{
				q("files", questionnaire.TypeFiles, hint),
			}},
		},
		Lists: map[string]*questionnaire.List{"list": {Code: "list", Entries: entries}},
	}
}

// limits are those of a server as it may be set up.
var limits = State{MaxText: 200_000, MaxFile: 2 << 30, MaxTotal: 4 << 30, MaxFiles: 100}

// mustAsk makes the questions of a page.
func mustAsk(t testing.TB, lang string, s *questionnaire.Schema, page string) *asked {
	t.Helper()
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := newAsked(p.sets[lang].catalog, s, page)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// ask writes questions into a page and returns it, parsed.
func ask(t testing.TB, a *asked, f filled) ([]byte, []*html.Node) {
	t.Helper()
	var b, list bytes.Buffer
	if err := a.writeQuestions(&b, limits, f); err != nil {
		t.Fatal(err)
	}
	if err := a.writeProblems(&list, limits, f.problems); err != nil {
		t.Fatal(err)
	}
	if bytes.IndexByte(b.Bytes(), 0) >= 0 || !utf8.Valid(b.Bytes()) {
		t.Error("the page holds a NUL, or is not UTF-8")
	}
	root, err := html.Parse(strings.NewReader(`<!doctype html><title>t</title><div id=problem role=alert>` + list.String() + `</div><form>` + b.String() + `</form>`))
	if err != nil {
		t.Fatal(err)
	}
	var all []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			all = append(all, n)
		}
	}
	return b.Bytes(), all
}

func attribute(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// sent returns what a browser would send, without what is empty.
func sent(nodes []*html.Node) map[string][]string {
	out := map[string][]string{}
	add := func(n *html.Node, value string) {
		if name, _ := attribute(n, "name"); value != "" {
			out[name] = append(out[name], value)
		}
	}
	for _, n := range nodes {
		value, _ := attribute(n, "value")
		switch n.Data {
		case "textarea":
			add(n, textOf(n))
		case "input":
			switch kind, _ := attribute(n, "type"); kind {
			case "checkbox":
				if _, ok := attribute(n, "checked"); ok {
					add(n, value)
				}
			case "":
				add(n, value)
			}
		case "select":
			for option := range n.Descendants() {
				if _, ok := attribute(option, "selected"); ok {
					value, _ := attribute(option, "value")
					add(n, value)
				}
			}
		}
	}
	return out
}

// asHTML is a text as HTML can carry it.
func asHTML(s string) string {
	var b strings.Builder
	for _, r := range s { // each byte that is not UTF-8 is a U+FFFD
		b.WriteRune(r)
	}
	return strings.NewReplacer("\x00", "\uFFFD", "\r\n", "\n", "\r", "\n").Replace(b.String())
}

// everyValue fills in every field of a page: free words and parts of dates with
// text, lists with the codes given.
func everyValue(s *questionnaire.Schema, page, text string, codes ...string) map[string][]string {
	values := map[string][]string{}
	for i := range s.Sections {
		section := &s.Sections[i]
		if section.Page != page {
			continue
		}
		for row := 1; row <= section.Repeat; row++ {
			for _, q := range section.Questions {
				for i, name := range namesOf(q, keyOf(section, q, row)) {
					switch {
					case q.Type == questionnaire.TypeMany:
						values[name] = codes
					case q.Type == questionnaire.TypeOne:
						values[name] = codes[:1]
					case i == 3:
						values[name] = []string{"1"}
					default:
						values[name] = []string{text}
					}
				}
			}
		}
	}
	return values
}

// everyProblem says that something is wrong with every answer.
func everyProblem(s *questionnaire.Schema, page string, kind questionnaire.ProblemKind) (all []questionnaire.Problem) {
	for i := range s.Sections {
		section := &s.Sections[i]
		for row := 1; row <= section.Repeat && section.Page == page; row++ {
			for _, q := range section.Questions {
				all = append(all, questionnaire.Problem{Key: keyOf(section, q, row), Question: q, Kind: kind})
			}
		}
	}
	return all
}

// checkQuestions holds questions to what a person without sight, without a
// script and without much of a browser needs.
func checkQuestions(t testing.TB, nodes []*html.Node) {
	t.Helper()
	ids, labels := map[string]bool{}, map[string]bool{}
	for _, n := range nodes {
		if id, ok := attribute(n, "id"); ok {
			if ids[id] || id == "" {
				t.Errorf("the id %q is there twice", id)
			}
			ids[id] = true
		}
		if to, ok := attribute(n, "for"); ok && strings.TrimSpace(textOf(n)) != "" {
			labels[to] = true
		}
	}
	begins := func(n *html.Node, want string) {
		if first := n.FirstChild; first == nil || first.Data != want || strings.TrimSpace(textOf(first)) == "" {
			t.Errorf("a <%s> does not begin with a <%s>", n.Data, want)
		}
	}
	for _, n := range nodes {
		switch n.Data {
		case "fieldset":
			begins(n, "legend")
		case "details":
			begins(n, "summary")
		case "script", "img", "a":
			if n.Data != "a" || n.Parent.Data != "li" {
				t.Errorf("there is a <%s>", n.Data)
			}
		case "input", "select", "textarea":
			id, _ := attribute(n, "id")
			wrapped := n.Parent.Data == "label" && strings.TrimSpace(textOf(n.Parent)) != ""
			if name, _ := attribute(n, "name"); name == "" || !labels[id] && !wrapped {
				t.Errorf("<%s name=%q> has no name or no label", n.Data, name)
			}
			if n.Data == "input" {
				if _, ok := attribute(n, "dir"); !ok && !wrapped && id != "files" {
					t.Errorf("the line %s has no direction of its own", id)
				}
			}
		}
		for _, a := range n.Attr {
			switch a.Key {
			case "style", "autofocus", "required", "pattern", "placeholder", "tabindex", "title":
				t.Errorf("<%s> has the attribute %s", n.Data, a.Key)
			case "aria-describedby":
				for id := range strings.FieldsSeq(a.Val) {
					if !ids[id] {
						t.Errorf("<%s> is described by %q, which is not there", n.Data, id)
					}
				}
			case "href":
				if !ids[strings.TrimPrefix(a.Val, "#")] {
					t.Errorf("a link to %q, which is not there", a.Val)
				}
			}
		}
	}
}

func TestQuestions(t *testing.T) {
	s := tiny()
	for _, lang := range s.Languages {
		for _, page := range []string{questionnaire.PageForm, questionnaire.PageName} {
			a := mustAsk(t, lang, s, page)
			for name, f := range map[string]filled{
				"empty":    {},
				"filled":   {values: everyValue(s, page, "words", "red", "blue")},
				"problems": {values: everyValue(s, page, "words", "red"), problems: everyProblem(s, page, questionnaire.TooLong), about: "files", filesLost: true},
			} {
				t.Run(lang+"/"+page+"/"+name, func(t *testing.T) {
					data, nodes := ask(t, a, f)
					checkQuestions(t, nodes)
					for _, bad := range []string{"<no value>", "{{", "%!", "&lt;no"} {
						if bytes.Contains(data, []byte(bad)) {
							t.Errorf("the page holds %q", bad)
						}
					}
					if got := sent(nodes); !reflect.DeepEqual(got, f.values) && len(got)+len(f.values) > 0 {
						t.Errorf("comes back as %v, was %v", got, f.values)
					}
				})
			}
		}
	}
}

// TestControls: each type has its kind of control, under the names that the
// questionnaire's own list of fields has.
func TestControls(t *testing.T) {
	_, nodes := ask(t, mustAsk(t, "ar", tiny(), questionnaire.PageForm), filled{})
	var got []string
	for _, n := range nodes {
		switch n.Data {
		case "input", "select", "textarea":
			line := n.Data
			for _, key := range []string{"type", "name", "value", "maxlength", "rows", "inputmode", "dir"} {
				if v, ok := attribute(n, key); ok {
					line += " " + key + "=" + v
				}
			}
			if _, ok := attribute(n, "multiple"); ok {
				line += " multiple"
			}
			got = append(got, line)
		}
	}
	for _, want := range []string{
		"textarea name=narrative maxlength=200 rows=5",
		"input name=unit maxlength=20 dir=auto",
		"select name=relation",
		"input type=checkbox name=decree value=red",
		"input type=checkbox name=decree value=declined",
		"input name=left_y maxlength=4 inputmode=numeric",
		"input name=left_m maxlength=2 inputmode=numeric",
		"input name=left_d maxlength=2 inputmode=numeric",
		"input type=checkbox name=left_about value=1",
		"select name=place_1",
		"input name=since_3_y maxlength=4 inputmode=numeric",
		"textarea name=how_3 maxlength=200 rows=5",
		"input type=file name=files multiple",
	} {
		if !slices.Contains(got, want) {
			t.Errorf("there is no %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
	if want := "input type=file name=files multiple"; got[len(got)-1] != want {
		t.Errorf("the files do not come last, but %s", got[len(got)-1])
	}
	for _, n := range nodes {
		if n.Data == "select" {
			if v, _ := attribute(n.FirstChild, "value"); v != "" || textOf(n.FirstChild) != "" {
				t.Error("a list does not begin with an empty entry")
			}
		}
	}
}

// TestFolds: the first section is open, another only if there is something to
// see in it, and each ends with a button that sends.
func TestFolds(t *testing.T) {
	s := tiny()
	a := mustAsk(t, "en", s, questionnaire.PageForm)
	for name, c := range map[string]struct {
		f    filled
		open string
	}{
		"empty":                 {filled{}, "What"},
		"empty values":          {filled{values: map[string][]string{"cause": {""}, "narrative": {"a"}}}, "What"},
		"a value":               {filled{values: map[string][]string{"left_about": {"1"}}}, "What Him"},
		"a problem":             {filled{problems: []questionnaire.Problem{{Key: "decree", Question: s.Sections[1].Questions[1], Kind: questionnaire.NotInList}}}, "What Him"},
		"the first row":         {filled{values: map[string][]string{"how_1": {"a"}}}, "What Place"},
		"a later row":           {filled{values: map[string][]string{"place_3": {"red"}}}, "What Place If there are more, write them here"},
		"a problem with a file": {filled{about: "files"}, "What Papers"},
		"files lost":            {filled{filesLost: true}, "What Papers"},
	} {
		_, nodes := ask(t, a, c.f)
		var open []string
		for _, n := range nodes {
			if _, ok := attribute(n, "open"); ok && n.Data == "details" {
				open = append(open, textOf(n.FirstChild))
			}
		}
		if got := strings.Join(open, " "); got != c.open {
			t.Errorf("%s: open are %q, not %q", name, got, c.open)
		}
		sections, buttons := 0, 0
		for _, n := range nodes {
			if n.Data == "details" && n.Parent.Data == "form" {
				sections++
				if last := n.LastChild; last.FirstChild == nil || last.FirstChild.Data != "button" {
					t.Errorf("%s: a section does not end with a button", name)
				}
			}
			if n.Data == "button" {
				_, disabled := attribute(n, "disabled")
				if _, hidden := attribute(n, "hidden"); disabled != (buttons == 0) || hidden != disabled {
					t.Errorf("%s: Enter would press button %d", name, buttons)
				}
				buttons++
			}
		}
		if sections != 4 || buttons != 5 {
			t.Errorf("%s: %d sections, %d buttons", name, sections, buttons)
		}
	}
}

// TestFilesHint: the limits are said by the files, and one hint: the
// questionnaire's, or else ours.
func TestFilesHint(t *testing.T) {
	s := tiny()
	files := s.Sections[len(s.Sections)-1].Questions[0]
	for _, hint := range []questionnaire.Text{said("a hint of theirs"), nil} {
		files.Hint = hint
		data, _ := ask(t, mustAsk(t, "en", s, questionnaire.PageForm), filled{})
		for words, want := range map[string]bool{"a hint of theirs": hint != nil, "Copies only": hint == nil, "in one go": true, "up to 100 files": true, "up to 4 GB": true} {
			if bytes.Contains(data, []byte(words)) != want {
				t.Errorf("hint %q: %q is said: %v", hint["en"], words, !want)
			}
		}
	}
}

// TestRowsInDigits: rows are counted in the digits of the language.
func TestRowsInDigits(t *testing.T) {
	for lang, want := range map[string]string{"ar": "ع Place\u00a0(٣)", "de": "D Place\u00a0(3)", "en": "Place\u00a0(3)", "tr": "T Place\u00a0(3)"} {
		a := mustAsk(t, lang, tiny(), questionnaire.PageForm)
		data, _ := ask(t, a, filled{})
		if !bytes.Contains(data, []byte("<legend><h3>"+want+"</h3></legend>")) {
			t.Errorf("%s: no row is called %q", lang, want)
		}
	}
}

// TestOtherLanguage: a questionnaire without the page's language is shown in its
// own, and the page says which that is.
func TestOtherLanguage(t *testing.T) {
	s := tiny()
	s.Languages = []string{"ar"}
	data, nodes := ask(t, mustAsk(t, "en", s, questionnaire.PageName), filled{})
	checkQuestions(t, nodes)
	if !bytes.HasPrefix(data, []byte(`<div lang="ar" dir=rtl>`)) || !bytes.Contains(data, []byte("السنة")) || bytes.Contains(data, []byte("Year")) {
		t.Errorf("the questions are not in Arabic: %s", data)
	}
	s.Languages = []string{"xx"}
	if data, _ := ask(t, mustAsk(t, "en", s, questionnaire.PageName), filled{}); !bytes.HasPrefix(data, []byte(`<div lang="xx" dir=auto>`)) {
		t.Errorf("the language is not said: %s", data)
	}
}

// TestMissingWords: no questions can be made while a word is missing.
func TestMissingWords(t *testing.T) {
	for key := range codeKeys {
		if !strings.HasPrefix(key, "question.") {
			continue
		}
		files := copied(t)
		name := key[strings.LastIndex(key, ".")+1:]
		data := regexp.MustCompile(`(?ms)(^\[question\].*?^)`+name+` = .*?\n`).ReplaceAll(files["catalogs/en.toml"].Data, []byte("$1"))
		if len(data) == len(files["catalogs/en.toml"].Data) {
			t.Fatalf("the catalog has no %s", key)
		}
		files["catalogs/en.toml"].Data = data
		if _, err := load(templateFiles, files, Options{}); err == nil || !strings.Contains(err.Error(), "en: "+key+": the key is missing") {
			t.Errorf("%s: %v", key, err)
		}
	}
	if len(codeKeys[answerKey(questionnaire.TooMany)]) == 0 {
		t.Error("the words for problems are not asked for")
	}
}
