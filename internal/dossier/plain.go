package dossier

import (
	"fmt"
	"io"
	"strings"

	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// Words gives what testimonies say in keys and codes its words, for a terminal.
type Words struct {
	labels *allLabels
	own    ownWords
}

// ownWords are those that are not of a questionnaire.
type ownWords struct {
	language, unanswered, forbidden, unknown, file, dates string
}

var (
	inBoth = ownWords{"", "not answered", "[not allowed]", "not in the questionnaire at hand", "file %d: %s; the source calls it", "%s (%s to %s)"}
	alone  = map[string]ownWords{
		"en": {"en", inBoth.unanswered, inBoth.forbidden, inBoth.unknown, inBoth.file, inBoth.dates},
		"ar": {"ar", "لم يُجب", "[غير مسموح]", "ليس في الاستبيان الحاضر", "ملف %d: %s، ويسميه صاحب الشهادة", "%s (%s إلى %s)"},
	}
)

// NewWords returns the words of questionnaires: of that which a testimony was asked
// with, or else of the first. There must be one.
func NewWords(questions []*questionnaire.Schema) *Words {
	return &Words{newAllLabels(questions), inBoth}
}

// In returns the same words in Arabic ("ar") or English ("en") alone, in the place of both.
func (x *Words) In(language string) *Words { return &Words{x.labels, alone[language]} }

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
			text := x.text(p.answer)
			if p.Secret {
				text = strings.TrimSpace(text + " " + x.own.forbidden)
			}
			fmt.Fprintf(&b, "  %s: %s\n", x.line(p.Label, p.Key), text)
		}
		if !c.Never.Empty() {
			fmt.Fprintf(&b, "  MUST NEVER BE PUBLISHED:\n%s", quoted(x.text(c.Never)))
		}
		if !c.Danger.Empty() {
			fmt.Fprintf(&b, "  %s: %s\n", x.line(c.Danger.Label, c.Danger.Key), x.text(c.Danger))
		}
	}
	if text := t.Answers[testimony.Narrative]; text != "" {
		b.WriteString(quoted(text))
	}
	for _, s := range l.sections(t) {
		title := x.line(s.Title, x.own.unknown)
		fmt.Fprintf(&b, "  %s\n", title)
		for _, a := range s.Answers {
			name := x.line(a.Label, a.Key)
			if a.Row > 0 {
				name = fmt.Sprintf("%d. %s", a.Row, name)
			}
			if a.Text != "" {
				fmt.Fprintf(&b, "    %s:\n%s", name, quoted(a.Text))
				continue
			}
			fmt.Fprintf(&b, "    %s: %s\n", name, x.text(a))
		}
	}
	for i, f := range t.Files {
		fmt.Fprintf(&b, "  "+x.own.file+"\n%s", i+1, fileName(i, f.Entry), quoted(VisibleName(f.Name)+" ("+VisibleName(f.Type)+")"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// line is a label in one line; other if it is empty.
func (x *Words) line(l label, other string) string {
	switch {
	case l.Arabic == "":
		return other
	case x.own.language == "en" && l.English != "":
		return l.English
	case l.English == "", x.own.language == "ar":
		return l.Arabic
	}
	return l.Arabic + " / " + l.English
}

// text is an answer in one line.
func (x *Words) text(a answer) string {
	switch {
	case a.Date != nil && a.Date.Valid && a.Date.Earliest != "" && a.Date.Earliest != a.Date.Latest:
		return fmt.Sprintf(x.own.dates, a.Date.EDTF, a.Date.Earliest, a.Date.Latest)
	case a.Date != nil:
		return VisibleName(a.Date.EDTF)
	case len(a.Entries) > 0:
		var all []string
		for _, e := range a.Entries {
			all = append(all, x.line(e.Label, VisibleName(e.Code)))
		}
		return strings.Join(all, "; ")
	case a.Text != "":
		return a.Text
	}
	return x.own.unanswered
}

// quoted returns a source's words with the mark before every line.
func quoted(s string) string {
	var b strings.Builder
	for line := range strings.Lines(VisibleText(s)) {
		b.WriteString(Quote + strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", "    ") + "\n")
	}
	return b.String()
}
