package questionnaire

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// WriteMarkdown writes a page that shows all of a questionnaire to people: its
// questions by section, and its lists with what each entry rests on.
func WriteMarkdown(w io.Writer, s *Schema) error {
	m := &markdown{bufio.NewWriter(w), s}
	m.printf("# Questionnaire %s, version %d\n\n", s.Name, s.Version)
	m.printf("This page is made from the questionnaire's file, whose SHA-256 is\n`%x`.\nChange the file, not this page. [What stands in the file](formats-questionnaire.md).\n\n", s.SHA256)
	m.printf("Languages: %s. Only the account in free words, or a file, is needed; every other\nquestion can be left out. Every list ends with `%s` and `%s`.\n\n",
		strings.Join(s.Languages, ", "), CodeUnknown, CodeDeclined)
	m.printf("## Questions\n")
	for i := range s.Sections {
		m.section(&s.Sections[i])
	}
	m.printf("\n## Lists\n\n")
	m.printf("Confidence: H, an official text, or two or more sources that agree; M, one press or\nNGO source; L, from memory, no source found.\n")
	for _, code := range slices.Sorted(maps.Keys(s.Lists)) {
		m.list(s.Lists[code])
	}
	if err := m.w.Flush(); err != nil {
		return fmt.Errorf("questionnaire: failed to write the page: %w", err)
	}
	return nil
}

type markdown struct {
	w      *bufio.Writer // keeps its first error until Flush
	schema *Schema
}

func (m *markdown) printf(format string, args ...any) {
	fmt.Fprintf(m.w, format, args...)
}

// row writes a row of a table.
func (m *markdown) row(cells ...string) {
	m.printf("| %s |\n", strings.Join(cells, " | "))
}

// head writes the first rows of a table, with a column for each language.
func (m *markdown) head(before, after []string) {
	cells := slices.Concat(before, m.schema.Languages, after)
	m.row(cells...)
	m.printf("|%s\n", strings.Repeat("---|", len(cells)))
}

// words returns a text in each language.
func (m *markdown) words(t Text) []string {
	var cells []string
	for _, tag := range m.schema.Languages {
		cells = append(cells, escape(t.In(tag)))
	}
	return cells
}

func (m *markdown) section(s *Section) {
	m.printf("\n### %s\n\n", s.Code)
	where := "On the form."
	if s.Page == PageName {
		where = "On the page of his name, which is sealed on its own."
	}
	if s.Repeat > 1 {
		where += fmt.Sprintf(" Can be answered %d times: the answers are kept under the code with `_1` to `_%d` behind it.", s.Repeat, s.Repeat)
	}
	m.printf("%s\n\n", where)
	m.head([]string{"code", "type"}, []string{"asked for by"})
	m.row(slices.Concat([]string{"", "title"}, m.words(s.Title), []string{""})...)
	if s.Intro != nil {
		m.row(slices.Concat([]string{"", "introduction"}, m.words(s.Intro), []string{""})...)
	}
	for _, q := range s.Questions {
		m.row(slices.Concat([]string{"`" + q.Code + "`", describe(q)}, m.words(q.Label), []string{escape(strings.Join(q.For, ", "))})...)
		if q.Hint != nil {
			m.row(slices.Concat([]string{"", "hint"}, m.words(q.Hint), []string{""})...)
		}
	}
}

// describe says how a question is answered.
func describe(q *Question) string {
	switch q.Type {
	case TypeText:
		return fmt.Sprintf("text, up to %d characters", q.Limit)
	case TypeOne:
		return fmt.Sprintf("one of [%s](#list-%s)", q.List, q.List)
	case TypeMany:
		return fmt.Sprintf("any of [%s](#list-%s)", q.List, q.List)
	}
	return string(q.Type)
}

func (m *markdown) list(l *List) {
	m.printf("\n### list %s\n\n", l.Code)
	m.head([]string{"code"}, []string{"confidence", "source", "note"})
	for _, e := range l.Entries {
		m.row(slices.Concat([]string{"`" + e.Code + "`"}, m.words(e.Label),
			[]string{string(e.Confidence), escape(e.Source), escape(e.Note)})...)
	}
}

// escape makes a text stand in a cell as it is.
func escape(s string) string {
	return special.Replace(s)
}

var special = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "|", `\|`)
