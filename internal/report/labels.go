package report

import (
	"fmt"
	"strings"

	"amana/internal/dossier"
	"amana/internal/edtf"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// labels finds the words for what testimonies say in keys and codes. They are looked
// up and nothing else is done with them.
type labels struct {
	first  *schema
	bySum  map[string]*schema // by the SHA-256 that testimonies name
	lang   string
	titles map[string]string // of the sections of the first, by the key of a question
}

// schema is a questionnaire with its questions by the keys of answers.
type schema struct {
	*questionnaire.Schema
	fields map[string]field
}

// field is a question as an answer's key names it.
type field struct {
	q     *questionnaire.Question
	row   int // in a section that repeats; else 0
	order int
}

func newLabels(all []*questionnaire.Schema, lang string) *labels {
	l := &labels{bySum: make(map[string]*schema), lang: lang, titles: make(map[string]string)}
	for _, q := range all {
		s := &schema{q, make(map[string]field)}
		for _, page := range []string{questionnaire.PageForm, questionnaire.PageName} {
			for _, f := range q.Fields(page) {
				if _, known := s.fields[f.Key]; !known {
					s.fields[f.Key] = field{f.Question, f.Row, len(s.fields)}
				}
			}
		}
		if l.first == nil {
			l.first = s
		}
		l.bySum[fmt.Sprintf("%x", q.SHA256)] = s
	}
	for i := range l.first.Sections {
		for _, q := range l.first.Sections[i].Questions {
			l.titles[q.Code] = l.first.Sections[i].Title.In(lang)
		}
	}
	return l
}

// of returns the questionnaire that a testimony was asked with, or the first one if
// that is not at hand, and whether it was.
func (l *labels) of(t *testimony.Testimony) (s *schema, asked bool) {
	if t.Questionnaire != nil && l.bySum[t.Questionnaire.SHA256] != nil {
		return l.bySum[t.Questionnaire.SHA256], true
	}
	return l.first, len(t.Answers)+len(t.Choices) == 0
}

// value is an answer in the words of a language.
type value struct {
	Text    string // in the source's own words
	Date    *date
	Entries []entry
}

// Empty tells whether there is no answer.
func (v *value) Empty() bool { return v.Text == "" && v.Date == nil && len(v.Entries) == 0 }

// date is a date as the page shows it.
type date struct {
	EDTF             string
	Shown            string // the same for the page
	Valid, About     bool
	Earliest, Latest string // days; empty if the year is unknown
}

// entry is one that was chosen from a list.
type entry struct {
	Code, Label string
	Known       bool // the list has it
	Silent      bool // it says that nothing is said
}

// value returns the answer under a key.
func (l *labels) value(s *schema, key, answer string, codes []string) (v value) {
	f, known := s.fields[key]
	many := known && f.q.Type == questionnaire.TypeMany
	switch {
	case answer == "" && len(codes) == 0:
	case !known || many != (len(codes) > 0) || f.q.Type == questionnaire.TypeText:
		v.Text = answer
		for _, code := range codes {
			v.Entries = append(v.Entries, entry{Code: code})
		}
	case f.q.Type == questionnaire.TypeDate:
		v.Date = readDate(answer)
	case many:
		for _, code := range codes {
			v.Entries = append(v.Entries, l.entry(s, f.q.List, code))
		}
	default:
		v.Entries = []entry{l.entry(s, f.q.List, answer)}
	}
	return v
}

func readDate(text string) *date {
	d, err := edtf.Parse(text)
	if err != nil {
		return &date{EDTF: text, Shown: dossier.VisibleName(text)}
	}
	v := &date{EDTF: text, Shown: plainDate(text), Valid: true, About: d.About}
	v.Earliest, v.Latest = d.Range()
	return v
}

// plainDate returns a date without the mark that it is not sure, which the pages say in
// words.
func plainDate(edtf string) string { return strings.TrimSuffix(edtf, "~") }

// entry returns what a list has under a code.
func (l *labels) entry(s *schema, list, code string) entry {
	e := entry{Code: code, Silent: silent(code)}
	if from := s.Lists[list]; from != nil {
		if known := from.Entry(code); known != nil {
			e.Known, e.Label = true, known.Label.In(l.lang)
		}
	}
	return e
}

// silent tells whether a code says nothing: that the source does not know, or would
// rather not say.
func silent(code string) bool {
	return code == "" || code == questionnaire.CodeUnknown || code == questionnaire.CodeDeclined
}

// label returns the words of a question.
func (l *labels) label(s *schema, key string) (label string, row, order int, known bool) {
	f, known := s.fields[key]
	if !known {
		return key, 0, len(s.fields), false
	}
	return f.q.Label.In(l.lang), f.row, f.order, true
}
