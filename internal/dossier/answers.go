package dossier

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"amana/internal/edtf"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// labels finds the words for what a testimony says in keys and codes. They are
// looked up and nothing else is done with them.
type labels struct {
	schema *questionnaire.Schema
	places map[*questionnaire.Question]place
}

// place is where a question stands in its questionnaire.
type place struct{ section, question int }

func newLabels(s *questionnaire.Schema) *labels {
	l := &labels{s, make(map[*questionnaire.Question]place)}
	for i := range s.Sections {
		for k, q := range s.Sections[i].Questions {
			l.places[q] = place{i, k}
		}
	}
	return l
}

// allLabels finds the words for testimonies that were asked with several
// questionnaires.
type allLabels struct {
	first *labels
	bySum map[string]*labels // by the SHA-256 that testimonies name
}

func newAllLabels(all []*questionnaire.Schema) *allLabels {
	a := &allLabels{bySum: make(map[string]*labels)}
	for _, s := range all {
		l := newLabels(s)
		if a.first == nil {
			a.first = l
		}
		a.bySum[fmt.Sprintf("%x", s.SHA256)] = l
	}
	return a
}

// of returns the labels of the questionnaire that a testimony was asked with, or of
// the first one if that is not at hand.
func (a *allLabels) of(t *testimony.Testimony) *labels {
	if t.Questionnaire != nil && a.bySum[t.Questionnaire.SHA256] != nil {
		return a.bySum[t.Questionnaire.SHA256]
	}
	return a.first
}

// label is words in the two languages of the page. English is empty if there is
// nothing to add.
type label struct{ Arabic, English string }

func words(t questionnaire.Text) label {
	l := label{t.In("ar"), t.In("en")}
	if l.English == l.Arabic {
		l.English = ""
	}
	return l
}

// answer is one answer as the page shows it: a text, a date, or entries of a list.
type answer struct {
	Key     string
	Known   bool // the questionnaire at hand asks for it, and for an answer of this sort
	Label   label
	Row     int // in a section that is answered several times; else 0
	Text    string
	Date    *date
	Entries []entry
}

// date is a date as the page shows it.
type date struct {
	EDTF             string
	Valid, About     bool
	Earliest, Latest string // days; empty if the year is unknown
}

// entry is one that was chosen from a list.
type entry struct {
	Code  string
	Known bool // the list has it
	Label label
	// Unsure tells that the entry itself is not well founded.
	Unsure       bool
	Confidence   questionnaire.Confidence
	Source, Note string
}

// section is a part of the questionnaire with the answers given in it.
type section struct {
	Known   bool // false: what the questionnaire at hand does not ask for
	Title   label
	Answers []answer
}

// sections returns the answers of a testimony in the order of the questionnaire, but
// for the narrative and what the page shows as consent. What it does not know comes
// last, raw.
func (l *labels) sections(t *testimony.Testimony) []section {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(t.Answers)), maps.Keys(t.Choices))
	keys = slices.DeleteFunc(keys, func(key string) bool {
		return key == testimony.Narrative || isConsent(key) || t.Answers[key] == "" && len(t.Choices[key]) == 0
	})
	slices.Sort(keys)
	bySection := make(map[int][]answer)
	last := len(l.schema.Sections)
	for _, key := range keys {
		a := l.answer(key, t)
		at := last
		if a.Known {
			q, _ := l.schema.Find(key)
			at = l.places[q].section
		}
		bySection[at] = append(bySection[at], a)
	}
	var all []section
	for _, at := range slices.Sorted(maps.Keys(bySection)) {
		s := section{Answers: bySection[at]}
		if at < last {
			s.Known, s.Title = true, words(l.schema.Sections[at].Title)
			slices.SortStableFunc(s.Answers, l.compare)
		}
		all = append(all, s)
	}
	return all
}

// compare is the order of two known answers of one section.
func (l *labels) compare(a, b answer) int {
	qa, _ := l.schema.Find(a.Key)
	qb, _ := l.schema.Find(b.Key)
	return cmp.Or(cmp.Compare(a.Row, b.Row), cmp.Compare(l.places[qa].question, l.places[qb].question))
}

// answer returns the answer under a key.
func (l *labels) answer(key string, t *testimony.Testimony) answer {
	value, codes := t.Answers[key], t.Choices[key]
	q, row := l.schema.Find(key)
	a := answer{Key: key, Row: row}
	if q != nil {
		a.Label = words(q.Label)
		a.Known = q.Type != questionnaire.TypeFiles && (q.Type == questionnaire.TypeMany) == (len(codes) > 0)
	}
	switch {
	case value == "" && len(codes) == 0: // not answered
	case !a.Known:
		a.Text = value
		for _, code := range codes {
			a.Entries = append(a.Entries, entry{Code: code})
		}
	case q.Type == questionnaire.TypeText:
		a.Text = value
	case q.Type == questionnaire.TypeDate:
		a.Date = readDate(value)
	case q.Type == questionnaire.TypeOne:
		a.Entries = []entry{l.entry(q.List, value)}
	default:
		for _, code := range codes {
			a.Entries = append(a.Entries, l.entry(q.List, code))
		}
	}
	return a
}

func readDate(s string) *date {
	d, err := edtf.Parse(s)
	if err != nil {
		return &date{EDTF: s}
	}
	v := &date{EDTF: s, Valid: true, About: d.About}
	v.Earliest, v.Latest = d.Range()
	return v
}

// entry returns what the list of the given name has under a code.
func (l *labels) entry(list, code string) entry {
	e := entry{Code: code}
	from := l.schema.Lists[list]
	if from == nil {
		return e
	}
	known := from.Entry(code)
	if known == nil {
		return e
	}
	e.Known, e.Label = true, words(known.Label)
	e.Confidence, e.Source, e.Note = known.Confidence, known.Source, known.Note
	e.Unsure = known.Confidence != questionnaire.High && !silent(code)
	return e
}

// silent tells whether a code says nothing: that the source does not know, or would
// rather not say.
func silent(code string) bool {
	return code == questionnaire.CodeUnknown || code == questionnaire.CodeDeclined
}

// asked returns which questionnaire a testimony was asked with, if that is another
// than the one at hand; an empty one if it has answers and does not say.
func (l *labels) asked(t *testimony.Testimony) *testimony.Questionnaire {
	q := t.Questionnaire
	s := l.schema
	if q != nil && (q.Name != s.Name || q.Version != s.Version || q.SHA256 != fmt.Sprintf("%x", s.SHA256)) {
		return q
	}
	_, narrated := t.Answers[testimony.Narrative]
	if answers := len(t.Answers) + len(t.Choices); q == nil && (answers > 1 || answers == 1 && !narrated) {
		return new(testimony.Questionnaire)
	}
	return nil
}
