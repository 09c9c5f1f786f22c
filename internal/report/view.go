package report

import (
	"amana/internal/testimony"
)

// caseView is a case as its page shows it.
type caseView struct {
	ID            string
	Before, After string // ids of the cases before and behind it
	Columns       []*columnView
	Rows          []*answerRow
	Timeline      *timeline
	Codings       []coding
	Contested     bool
	Differing     int
	Files         []*fileData
	Warned        bool
	Notes         []note
	Threads       int
	Sources       []int
	Withdrawn     int
}

func (v *caseView) title() string { return v.ID }

// columnView is one testimony as its column shows it.
type columnView struct {
	Number, Source int
	Kind           testimony.Kind
	Language       string
	Received       string
	ID             string // empty in what others read
	Narrative      string
	Withdrawn      bool
	Asked          bool // with a questionnaire that is at hand
	Reply          bool // the source can be answered
	Notes          []string
}

// caseView returns a case in the words of the language.
func (l *language) caseView(t task) *caseView {
	d := t.data
	v := &caseView{ID: d.id, Before: t.before, After: t.after, Files: d.files, Notes: d.notes, Threads: d.threads, Withdrawn: d.withdrawn}
	for i := range d.threads {
		v.Sources = append(v.Sources, i+1)
	}
	for _, c := range d.columns {
		_, asked := l.labels.of(c.t)
		col := &columnView{Number: c.number, Source: c.source, Kind: c.t.Kind, Language: c.t.Language, Received: c.ref.Received,
			Narrative: c.t.Answers[testimony.Narrative], Withdrawn: c.thread.Withdrawn, Asked: asked, Notes: c.ref.Notes}
		if l.m.working() {
			col.ID, col.Reply = c.ref.ID, c.t.Reply != nil && !c.thread.Withdrawn
		}
		v.Columns = append(v.Columns, col)
	}
	v.Rows = l.answers(d)
	for _, r := range v.Rows {
		if r.Differ && !r.Settled {
			v.Differing++
		}
		for _, c := range r.Coded {
			v.Contested = v.Contested || c.Contested
		}
	}
	v.Timeline = l.timeline(v.Rows)
	v.Codings = l.codings(d)
	for _, c := range v.Codings {
		v.Contested = v.Contested || c.Contested
	}
	for _, f := range d.files {
		v.Warned = v.Warned || len(f.Look.Warnings) > 0
	}
	return v
}
