package reviewer

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/questionnaire"
)

// casesShowCommand shows what reviewers have said of a case.
type casesShowCommand struct {
	Case string `arg:"" help:"A case (C-…), or one of its threads: the first digits are enough."`
	workFlags
	History  bool   `name:"history" help:"All that was ever said, also what was replaced and what does not count."`
	Names    bool   `name:"names" help:"Also his name, as each source wrote it. It stays on the screen until you clear it."`
	Language string `name:"language" enum:"ar,en" default:"en" help:"Words of the codes: ar or en."`
	JSON     bool   `name:"json" help:"Print one JSON object for scripts."`
}

// shownCase is what --json prints.
type shownCase struct {
	listedCase
	Links   []shownValue `json:"links"`
	Values  []shownValue `json:"values"`
	Apart   []shownValue `json:"apart"` // said against the links
	History []shownValue `json:"history,omitempty"`
	Names   []shownName  `json:"names,omitempty"`
}

// shownValue is one thing that a reviewer said.
type shownValue struct {
	Entry    string `json:"entry"`
	Subject  string `json:"subject"`
	Field    string `json:"field"`
	Value    string `json:"value"` // empty: taken back
	Words    string `json:"words"` // of the codes
	Note     string `json:"note"`
	By       string `json:"by"`
	Name     string `json:"name"`
	Day      string `json:"day"` // as the reviewer says
	Differs  bool   `json:"differs"`
	Replaced bool   `json:"replaced,omitempty"`
	Why      string `json:"why,omitempty"`   // why it does not count
	Holds    bool   `json:"holds,omitempty"` // it does not count, and holds back all the same
}

// shownName is what one source says of who it is about.
type shownName struct {
	Thread     string `json:"thread"`
	Name       string `json:"name"`
	Father     string `json:"father"`
	Mother     string `json:"mother"`
	Birth      string `json:"birth"`
	Birthplace string `json:"birthplace"`
}

// Run shows the case. Without --names it shows no word of a source.
func (c *casesShowCommand) Run(ctx context.Context, stdout io.Writer) error {
	r, err := c.read(ctx, false)
	if err != nil {
		return err
	}
	defer r.Close()
	ids, err := r.resolve(c.Case)
	if err != nil {
		return err
	}
	one := r.coding.Case(ids[0])
	shown := c.show(r.coding, one)
	if c.Names {
		var threads []string
		for _, t := range one.Threads {
			threads = append(threads, t.ID)
		}
		if shown.Names, err = r.names(threads, "names, on the terminal"); err != nil {
			return err
		}
	}
	if c.JSON {
		return printJSON(stdout, shown)
	}
	shown.print(stdout)
	return nil
}

func (c *casesShowCommand) show(coding *cases.Coding, one *cases.Case) *shownCase {
	differs := make(map[string]bool)
	for _, values := range one.Contested() {
		for _, v := range values {
			differs[v.Entry] = true
		}
	}
	say := func(v cases.Value) shownValue {
		if !c.Names && ofNamePage(v.Field) && v.Value != "" {
			v.Value = "(shown with --names)"
		}
		return shownValue{Entry: v.Entry, Subject: v.Subject, Field: v.Field, Value: v.Value, Words: wordsOf(v, c.Language),
			Note: v.Note, By: v.By, Name: v.Name, Day: v.Day, Differs: differs[v.Entry], Why: string(v.Holds), Holds: v.Holds != ""}
	}
	shown := &shownCase{listedCase: listCase(coding, one), Links: []shownValue{}, Values: []shownValue{}, Apart: []shownValue{}}
	for _, v := range one.Links {
		shown.Links = append(shown.Links, say(v))
	}
	for _, v := range one.Values {
		shown.Values = append(shown.Values, say(v))
	}
	for _, v := range coding.Contradicted(one) {
		shown.Apart = append(shown.Apart, say(v))
	}
	if c.History {
		for _, p := range coding.History(one) {
			v := say(p.Value)
			v.Replaced, v.Why = p.Replaced, string(p.Why)
			shown.History = append(shown.History, v)
		}
	}
	return shown
}

// ofNamePage tells whether a field is a reading of the page of his name.
func ofNamePage(field string) bool {
	key, ok := strings.CutPrefix(field, cases.FactPrefix)
	return ok && slices.ContainsFunc(questionnaire.Builtin().Fields(questionnaire.PageName), func(f questionnaire.Field) bool { return f.Key == key })
}

// wordsOf returns the words of the codes of a value.
func wordsOf(v cases.Value, lang string) string {
	var words []string
	for code := range strings.SplitSeq(v.Value, cases.Joiner) {
		word := cases.Book().Label(v.Field, code, lang)
		if key, ok := strings.CutPrefix(v.Field, cases.FactPrefix); ok {
			word = factWord(key, code, lang)
		}
		words = append(words, word)
	}
	if f := cases.Book().Field(v.Field); f != nil && f.Type == cases.TypeText {
		return v.Value
	}
	return strings.Join(words, "; ")
}

// factWord returns the words of a code of the questionnaire that Amana brings.
func factWord(key, code, lang string) string {
	q, _ := questionnaire.Builtin().Find(key)
	if q == nil {
		return code
	}
	if list := questionnaire.Builtin().Lists[q.List]; list != nil {
		if e := list.Entry(code); e != nil {
			return e.Label.In(lang)
		}
	}
	return code
}

func (s *shownCase) print(w io.Writer) {
	fmt.Fprintf(w, "case %s, %s, received from %s on\n", s.ID, cli.Count(len(s.Threads), "thread", "threads"), s.Received)
	for _, t := range s.Threads {
		fmt.Fprintf(w, "  thread %s\n", t)
	}
	for _, n := range s.Names {
		fmt.Fprintf(w, "  thread %.8s says: %s\n", n.Thread, cli.OneLine(n.text()))
	}
	section := func(title string, all []shownValue) {
		if len(all) > 0 {
			fmt.Fprintln(w, title)
		}
		for _, v := range all {
			v.print(w)
		}
	}
	section("links", s.Links)
	section("said against them: these threads are about different people", s.Apart)
	section("coded", s.Values)
	section("all that was ever said", s.History)
	if len(s.Differ) > 0 {
		fmt.Fprintln(w, "Where reviewers differ, code or link again what you both agree on: that replaces both, and both stay in the history.")
	}
	fmt.Fprintln(w, "Days are what each reviewer's machine said; nobody can prove them.")
}

func (v *shownValue) print(w io.Writer) {
	value := v.Value
	if value == "" {
		value = "(taken back)"
	} else if v.Words != value {
		value += " (" + v.Words + ")"
	}
	line := fmt.Sprintf("  %.10s  %s = %s, by %s on %s", v.Subject, v.Field, value, v.Name, v.Day)
	switch {
	case v.Holds:
		line += "; holds back all the same, though it does not count: " + v.Why + ". Only a reviewer who counts can take it back"
	case v.Why != "":
		line += "; does not count: " + v.Why
	case v.Replaced:
		line += "; replaced"
	case v.Differs:
		line += "  << REVIEWERS DIFFER"
	}
	fmt.Fprintf(w, "%s  [%.10s]\n", cli.Plain(line), v.Entry)
	for text := range strings.Lines(v.Note) {
		fmt.Fprintf(w, "      because: %s\n", cli.Plain(strings.TrimSpace(text)))
	}
}

func (n *shownName) text() string {
	var words []string
	for _, part := range [][2]string{{"", n.Name}, {"father ", n.Father}, {"mother ", n.Mother}, {"born ", n.Birth}, {"in ", n.Birthplace}} {
		if part[1] != "" {
			words = append(words, part[0]+part[1])
		}
	}
	if len(words) == 0 {
		return "no name"
	}
	return strings.Join(words, ", ")
}
