package pages

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"amana/internal/questionnaire"
)

// asked is the questions of one page in one language, made once and written many
// times: bytes that never change, and between them gaps for what a source had
// filled in. It may be used by any number of goroutines.
//
// The words of a source are written by [writeEscaped] alone, straight from where
// they stand to the one who is written to.
type asked struct {
	words   *catalog
	pieces  []piece
	targets map[string]target // by the key of an answer
}

// piece is bytes that never change, and what follows them.
type piece struct {
	text []byte
	gap  gap // nil for nothing
}

// gap writes what depends on what was filled in.
type gap func(w io.Writer, st State, f *filled) error

// target is where the link from a problem leads.
type target struct {
	id    string
	label string // escaped
}

// filled is what a form shows again.
type filled struct {
	values    map[string][]string     // by field name
	problems  []questionnaire.Problem // in the order of the form
	about     string                  // field that the alert on top, the element "problem", is about
	filesLost bool                    // the alert on top says to choose the files again
}

// The two fields that pages link to by name. Their names are their ids.
const (
	narrativeField = "narrative"
	filesField     = "files"
)

// newAsked makes the questions of a page. It fails if a word is missing, so that
// writing them cannot. If the questionnaire has not the catalog's language, its
// own first language is taken, and the element around them says so.
func newAsked(c *catalog, s *questionnaire.Schema, page string) (*asked, error) {
	b := &builder{lang: c.tag, schema: s, asked: &asked{words: c, targets: make(map[string]target)}}
	foreign := !slices.Contains(s.Languages, c.tag)
	if foreign && len(s.Languages) > 0 {
		b.lang = s.Languages[0]
		direction := "auto"
		if other := c.all[b.lang]; other != nil {
			b.asked.words, direction = other, other.direction
		}
		b.put(`<div lang="`, escape(b.lang), `" dir=`, direction, `>`)
	}
	// The first button of a form is the one that Enter in a line of text presses.
	// That must not hand anything in.
	b.put("<button hidden disabled></button>")
	first := true
	for i := range s.Sections {
		if section := &s.Sections[i]; section.Page == page {
			b.section(section, first)
			first = false
		}
	}
	if foreign {
		b.put("</div>")
	}
	b.gap(nil)
	if b.err != nil {
		return nil, b.err
	}
	return b.asked, nil
}

// writeQuestions writes the questions, with what a source had filled in.
func (a *asked) writeQuestions(w io.Writer, st State, f filled) error {
	for _, p := range a.pieces {
		if _, err := w.Write(p.text); err != nil {
			return err
		}
		if p.gap == nil {
			continue
		}
		if err := p.gap(w, st, &f); err != nil {
			return err
		}
	}
	return nil
}

// writeProblems writes a list of links to the fields that something is wrong
// with, for the top of the page. Without one it writes nothing.
func (a *asked) writeProblems(w io.Writer, st State, problems []questionnaire.Problem) error {
	open := false
	for _, p := range problems {
		at, ok := a.targets[p.Key]
		if !ok {
			continue // a field of another page
		}
		words, err := a.problem(st, p)
		if err != nil {
			return err
		}
		begin := "<li>"
		if !open {
			begin, open = "<ul><li>", true
		}
		if err := writeStrings(w, begin, "<a href=#", at.id, ">", at.label, "</a> ", words); err != nil {
			return err
		}
	}
	if !open {
		return nil
	}
	return writeStrings(w, "</ul>")
}

// problem returns the words for what is wrong with an answer, escaped.
func (a *asked) problem(st State, p questionnaire.Problem) (string, error) {
	limit := 0
	if p.Question != nil {
		limit = limitOf(p.Question, p.Key, st)
	}
	words, err := a.words.limits(answerKey(p.Kind), State{MaxText: limit})
	if err != nil {
		return "", fmt.Errorf("pages: failed to word a problem: %w", err)
	}
	return escape(words), nil
}

// limitOf returns how many characters a text may have. The server may take less
// of the narrative than the questionnaire does.
func limitOf(q *questionnaire.Question, key string, st State) int {
	if key == narrativeField && st.MaxText > 0 {
		return min(q.Limit, st.MaxText)
	}
	return q.Limit
}

// has reports whether something is wrong with an answer.
func (f *filled) has(key string) bool {
	return slices.ContainsFunc(f.problems, func(p questionnaire.Problem) bool { return p.Key == key })
}

// first returns the value of a field that can have only one, or "".
func (f *filled) first(name string) string {
	if values := f.values[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// writeStrings writes words of ours.
func writeStrings(w io.Writer, parts ...string) error {
	for _, s := range parts {
		if _, err := io.WriteString(w, s); err != nil {
			return err
		}
	}
	return nil
}

// escape makes words of ours safe as text of an element and in quotes.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;").Replace

// builder makes an asked. After an error it does nothing more.
type builder struct {
	asked  *asked
	schema *questionnaire.Schema
	lang   string // of the questionnaire's words
	text   bytes.Buffer
	number int // of the question, which its ids are made of
	err    error
}

// put adds bytes that never change.
func (b *builder) put(parts ...string) {
	for _, s := range parts {
		b.text.WriteString(s)
	}
}

// gap adds what depends on what was filled in.
func (b *builder) gap(g gap) {
	b.asked.pieces = append(b.asked.pieces, piece{bytes.Clone(b.text.Bytes()), g})
	b.text.Reset()
}

// say returns words of the questionnaire, escaped.
func (b *builder) say(t questionnaire.Text) string { return escape(t.In(b.lang)) }

// word returns words of the catalog, escaped.
func (b *builder) word(key string) string {
	words, err := b.asked.words.message(key, nil, nil)
	if err != nil && b.err == nil {
		b.err = err
	}
	return escape(words)
}

// plain returns a name or code as the value of an attribute, without quotes
// where HTML needs none.
func plain(s string) string {
	for _, r := range s {
		if r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
			return `"` + escape(s) + `"`
		}
	}
	if s == "" {
		return `""`
	}
	return s
}
