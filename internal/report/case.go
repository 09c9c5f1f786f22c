package report

import (
	"context"
	"slices"

	"amana/internal/cases"
	"amana/internal/facts"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// caseData is a case as it was read, before it has words in a language.
type caseData struct {
	id        string
	columns   []*column // testimonies, additions and pages of his name, in order
	values    []cases.Value
	files     []*fileData
	notes     []note // of the dialogue with the source
	envelopes []string
	withdrawn int // threads
	threads   int
	facts     *facts.Facts
}

// column is one envelope with answers.
type column struct {
	number int // on the page, from 1
	source int // number of its thread, from 1
	ref    workspace.Ref
	t      *testimony.Testimony
	thread *cases.Thread
}

// note is something of the dialogue that is no answer: that a reply was fetched, that
// a source took everything back.
type note struct {
	Source  int
	Kind    testimony.Kind
	Day     string
	Replies []string
	By      string // who wrote a reply
	Text    string // of a reply; the reviewers' own words
}

// readCase reads everything of a case.
func (m *maker) readCase(ctx context.Context, c *cases.Case) (*caseData, error) {
	f, err := facts.Of(m.sel, c)
	if err != nil {
		return nil, err
	}
	d := &caseData{id: c.ID, threads: len(c.Threads), facts: f}
	for _, v := range c.Values {
		if v.Field == cases.FieldNote && !m.working() {
			continue // the selection has left them out already
		}
		d.values = append(d.values, v)
	}
	room := maxPictures
	for i, thread := range c.Threads {
		if thread.Withdrawn {
			d.withdrawn++
		}
		if m.working() {
			for _, r := range m.Replies[thread.ID] {
				d.notes = append(d.notes, note{Source: i + 1, Kind: "reply-" + testimony.Kind(r.State), Day: r.Day, By: r.By, Text: r.Text})
			}
		}
		for _, ref := range thread.Refs {
			if ref.Kind == testimony.Name && !m.Names {
				continue
			}
			t, err := m.sel.Testimony(ref)
			if err != nil {
				return nil, err
			}
			d.envelopes = append(d.envelopes, ref.ID)
			if ref.Kind == testimony.Fetched || ref.Kind == testimony.Withdrawal {
				if m.working() {
					d.notes = append(d.notes, note{Source: i + 1, Kind: ref.Kind, Day: ref.Received, Replies: t.Fetched})
				}
				continue
			}
			col := &column{len(d.columns) + 1, i + 1, ref, t, thread}
			d.columns = append(d.columns, col)
			files, err := m.look.files(ctx, col.number, ref, t, &room)
			if err != nil {
				return nil, err
			}
			d.files = append(d.files, files...)
		}
	}
	return d, nil
}

// contested tells whether reviewers differ on a field of a subject.
func (d *caseData) contested(v cases.Value) bool {
	return v.Field != cases.FieldNote && slices.ContainsFunc(d.values, func(o cases.Value) bool {
		return o.Subject == v.Subject && o.Field == v.Field && o.Value != v.Value
	})
}
