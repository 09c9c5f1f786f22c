package dossier

import (
	"fmt"
	"io"
	"strings"

	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// Words gives what testimonies say in keys and codes its words, for a terminal.
type Words struct{ labels *allLabels }

// NewWords returns the words of questionnaires: of that which a testimony was asked
// with, or else of the first. There must be one.
func NewWords(questions []*questionnaire.Schema) *Words { return &Words{newAllLabels(questions)} }

// Quote stands before every line of a source's own words, so that none of them can be
// taken for ours.
const Quote = "  │ "

// Write writes what a testimony says: its consents, its text, its answers and its
// files. Nothing in it is safe for a terminal before [cli.Plain] has seen it.
func (x *Words) Write(w io.Writer, t *testimony.Testimony) error {
	var b strings.Builder
	l := x.labels.of(t)
	if c := l.consent(t); c != nil {
		for _, p := range c.Given {
			text := p.text()
			if p.Secret {
				text = strings.TrimSpace(text + " [keep secret]")
			}
			fmt.Fprintf(&b, "  %s: %s\n", p.Label.line(p.Key), text)
		}
		if !c.Never.Empty() {
			fmt.Fprintf(&b, "  MUST NEVER BE PUBLISHED:\n%s", quoted(c.Never.text()))
		}
		if !c.Danger.Empty() {
			fmt.Fprintf(&b, "  %s: %s\n", c.Danger.Label.line(c.Danger.Key), c.Danger.text())
		}
	}
	if text := t.Answers[testimony.Narrative]; text != "" {
		b.WriteString(quoted(text))
	}
	for _, s := range l.sections(t) {
		title := s.Title.line("not in the questionnaire at hand")
		fmt.Fprintf(&b, "  %s\n", title)
		for _, a := range s.Answers {
			name := a.Label.line(a.Key)
			if a.Row > 0 {
				name = fmt.Sprintf("%d. %s", a.Row, name)
			}
			if a.Text != "" {
				fmt.Fprintf(&b, "    %s:\n%s", name, quoted(a.Text))
				continue
			}
			fmt.Fprintf(&b, "    %s: %s\n", name, a.text())
		}
	}
	for i, f := range t.Files {
		fmt.Fprintf(&b, "  file %d: %s; the source calls it\n%s", i+1, fileName(i, f.Entry), quoted(VisibleName(f.Name)+" ("+VisibleName(f.Type)+")"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// line is a label in one line; other if it is empty.
func (l label) line(other string) string {
	switch {
	case l.Arabic == "":
		return other
	case l.English == "":
		return l.Arabic
	}
	return l.Arabic + " / " + l.English
}

// text is an answer in one line.
func (a answer) text() string {
	switch {
	case a.Date != nil && a.Date.Valid && a.Date.Earliest != "" && a.Date.Earliest != a.Date.Latest:
		return fmt.Sprintf("%s (%s to %s)", a.Date.EDTF, a.Date.Earliest, a.Date.Latest)
	case a.Date != nil:
		return VisibleName(a.Date.EDTF)
	case len(a.Entries) > 0:
		var all []string
		for _, e := range a.Entries {
			all = append(all, e.Label.line(VisibleName(e.Code)))
		}
		return strings.Join(all, "; ")
	case a.Text != "":
		return a.Text
	}
	return "not answered"
}

// quoted returns a source's words with the mark before every line.
func quoted(s string) string {
	var b strings.Builder
	for line := range strings.Lines(VisibleText(s)) {
		b.WriteString(Quote + strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", "    ") + "\n")
	}
	return b.String()
}
