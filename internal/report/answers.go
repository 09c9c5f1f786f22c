package report

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"amana/internal/cases"
	"amana/internal/facts"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// answerRow is one question with the answers of all testimonies side by side.
type answerRow struct {
	Section string // title, in the first row of a section
	Key     string
	Known   bool
	Label   string
	Row     int       // in a section that repeats; else 0
	Cells   [][]value // by source; one that added something can have answered twice
	Differ  bool      // sources contradict each other
	Coded   []coding
	Settled bool // a reviewer's reading settles it

	order int
	one   bool // of a list, one entry; for Differ
}

// answers returns the questions that somebody answered, in the order of the questionnaire.
// What it does not know comes last.
func (l *language) answers(d *caseData) []*answerRow {
	byKey := make(map[string]*answerRow)
	for _, c := range d.columns {
		s, _ := l.labels.of(c.t)
		keys := slices.AppendSeq(slices.Collect(maps.Keys(c.t.Answers)), maps.Keys(c.t.Choices))
		for _, key := range keys {
			v := l.labels.value(s, key, c.t.Answers[key], c.t.Choices[key])
			if key == testimony.Narrative || v.Empty() {
				continue
			}
			r := l.row(byKey, s, key, d.threads)
			r.Cells[c.source-1] = append(r.Cells[c.source-1], v)
		}
	}
	for _, v := range d.values {
		if key, is := strings.CutPrefix(v.Field, cases.FactPrefix); is {
			r := l.row(byKey, l.labels.first, key, d.threads)
			r.Coded = append(r.Coded, l.coding(d, v))
		}
	}
	rows := slices.Collect(maps.Values(byKey))
	slices.SortFunc(rows, func(a, b *answerRow) int { return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.Key, b.Key)) })
	last := ""
	for i, r := range rows {
		title := l.say("unknown-section")
		if q, _ := l.labels.first.Find(r.Key); q != nil {
			title = l.labels.titles[q.Code]
		}
		if i == 0 || title != last {
			r.Section = title
		}
		last = title
		// What is not settled is what is not counted either.
		r.Settled = len(r.Coded) > 0 && !slices.ContainsFunc(r.Coded, func(c coding) bool { return c.Contested })
		r.Differ = slices.Contains(d.facts.Differ, r.Key) || r.Settled && r.Row == 0 && differ(r)
	}
	return rows
}

func (l *language) row(byKey map[string]*answerRow, s *schema, key string, sources int) *answerRow {
	r := byKey[key]
	if r == nil {
		r = &answerRow{Key: key, Cells: make([][]value, sources)}
		r.Label, r.Row, r.order, r.Known = l.labels.label(s, key)
		if q, _ := s.Find(key); q != nil {
			r.one = q.Type == questionnaire.TypeOne
		}
		byKey[key] = r
	}
	return r
}

// differ tells whether answers contradict each other: two say different things of one
// list, or two dates have no day in common. What says nothing contradicts nothing, and
// where many can be chosen, naming others is no contradiction.
func differ(r *answerRow) bool {
	var said []string
	earliest, latest := "", "9999"
	for _, v := range slices.Concat(r.Cells...) {
		switch {
		case r.one && len(v.Entries) == 1:
			said = append(said, v.Entries[0].Code)
		case v.Date != nil && v.Date.Earliest != "":
			earliest, latest = max(earliest, v.Date.Earliest), min(latest, v.Date.Latest)
			if earliest > latest {
				return true
			}
		}
	}
	return !facts.Agree(r.Key, said...)
}

// coding is something that a reviewer coded, as the page shows it.
type coding struct {
	About     int // number of the source; 0 for the case
	Field     string
	Label     string
	Value     value
	Note      string
	By        string // name, as they gave it; empty in what others read
	Key       string // the end of their verifier key
	Day       string
	Contested bool
}

// codings returns what reviewers coded, but for their readings of answers, which stand
// beside those.
func (l *language) codings(d *caseData) (all []coding) {
	for _, v := range d.values {
		if !strings.HasPrefix(v.Field, cases.FactPrefix) {
			all = append(all, l.coding(d, v))
		}
	}
	return all
}

// coding returns one coding in words.
func (l *language) coding(d *caseData, v cases.Value) coding {
	c := coding{Field: v.Field, Label: v.Field, Note: v.Note, By: v.Name, Day: v.Day, Contested: d.contested(v)}
	if i := strings.IndexByte(v.By, '+'); i >= 0 {
		c.Key = v.By[i+1:]
		c.Key = c.Key[:min(8, len(c.Key))]
	}
	for _, col := range d.columns {
		if col.thread.ID == v.Subject {
			c.About = col.source
		}
	}
	key, fact := strings.CutPrefix(v.Field, cases.FactPrefix)
	if !fact {
		c.Label, c.Value = l.coded(v.Field, v.Value)
		return c
	}
	c.Label, _, _, _ = l.labels.label(l.labels.first, key)
	answer, codes := v.Value, []string(nil)
	if q, _ := l.labels.first.Find(key); q != nil && q.Type == questionnaire.TypeMany {
		answer, codes = "", strings.Split(v.Value, cases.Joiner)
	}
	c.Value = l.labels.value(l.labels.first, key, answer, codes)
	return c
}
