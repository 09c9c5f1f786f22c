// Package report makes pages that a browser opens from the disk and asks nobody for
// anything: an index, a page for each case, and the tables. docs/report.md describes
// the folder.
//
// What may be in it was decided before: everything comes through the
// [selection.Selection] that it is given. It takes nothing from inside a testimony as
// a path, a type or markup, and writes only what its caller opens for it. It may not
// touch keys or the network.
package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/questionnaire"
	"amana/internal/selection"
)

// Languages are those that a report can have, the first first.
var Languages = []string{"ar", "en"}

// Folder is where a report is written. dossier.Folder is one.
type Folder interface {
	// MakeDir makes a folder in it.
	MakeDir(name string) error
	// WriteFile makes a file in it. It is called by several goroutines at once.
	WriteFile(name string, fill func(io.Writer) error) error
}

// Options say how a report is made. All of it shows in the bytes: the same options and
// the same selection give the same report.
type Options struct {
	Day       string   // that stands on the pages, "2026-11-27"
	Languages []string // of Languages; none means all
	Purpose   string   // stands on the pages, if there is one
	Recipient string
	// Names asks for the page of his name, where the selection has it.
	Names bool
	// Files puts the files of sources beside the pages, byte for byte. The use must allow
	// it ([consent.Use.Files]).
	Files bool
	// Questions give answers and codes their words: those that a testimony was asked
	// with, if they are here, and otherwise the first. There must be one.
	Questions []*questionnaire.Schema
	// Replies are what reviewers wrote to sources, by thread. They are told on the
	// reviewers' own desk alone.
	Replies map[string][]Reply
	// Extras are the tables, each a page of its own: of what anybody can read, and of the
	// reviewers' own desk. Beside what one recipient alone is told there are none
	// ([HasTables]).
	Extras []Extra
	// Progress is called after each case; nil for none.
	Progress func(done int)
}

// Reply is what reviewers wrote to a source.
type Reply struct{ Day, By, Text, State string } // State is "waiting", "sent" or "read"

// Extra is a part of the report that another package draws: a table with its chart.
type Extra struct {
	ID    string            // of lower-case letters, digits and "-": its files have it as their name
	Title map[string]string // by language
	Note  map[string]string // by language; may be empty
	// HTML and SVG write it in a language. SVG may be nil.
	HTML, SVG func(w io.Writer, language string) error
	// CSV writes it for spreadsheets, in all languages at once.
	CSV func(w io.Writer) error
}

// Made is what was made.
type Made struct {
	Cases, Testimonies, Files int
	Warned                    int      // files with a warning
	Pages                     int      // in all languages
	Sums                      string   // SHA-256 of SHA256SUMS, which has the hash of each file
	Envelopes                 []string // ids of the envelopes that are told
}

// Write makes the report of a selection in a folder.
func Write(ctx context.Context, s *selection.Selection, out Folder, o Options) (*Made, error) {
	m, err := newMaker(s, out, o)
	if err == nil {
		err = m.all(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("make report: %w", err)
	}
	return &m.made, nil
}

// maker makes one report.
type maker struct {
	Options
	sel  *selection.Selection
	out  *Sums
	look *looker
	lang []*language
	made Made
}

func newMaker(s *selection.Selection, out Folder, o Options) (*maker, error) {
	switch {
	case s.Use == consent.Numbers:
		return nil, errors.New("what may only be counted has no pages")
	case len(o.Questions) == 0:
		return nil, errors.New("no questionnaire gives answers their words")
	case len(o.Extras) > 0 && !HasTables(s.Use):
		return nil, fmt.Errorf("tables may not stand beside what is told for %s", s.Use.In("en"))
	case o.Files && !s.Use.Files():
		return nil, fmt.Errorf("the files themselves may not go into %s", s.Use.In("en"))
	}
	if len(o.Languages) == 0 {
		o.Languages = Languages
	}
	m := &maker{Options: o, sel: s, out: NewSums(out)}
	m.look = newLooker(m)
	for _, code := range o.Languages {
		l, err := newLanguage(code, m)
		if err != nil {
			return nil, err
		}
		m.lang = append(m.lang, l)
	}
	return m, nil
}

// HasTables tells whether a report for a use can hold the tables. Numbers for others are
// protected against whoever knows the cases that anybody is told. A recipient of its own
// is told others, and could take them away from the numbers, down to small ones.
func HasTables(use consent.Use) bool { return use == consent.Report || use == consent.Own }

// working tells whether the report is for the reviewers' own desk.
func (m *maker) working() bool { return m.sel.Use == consent.Own }

// task is a case on its way to its pages.
type task struct {
	at         int // among the cases
	before, id string
	after      string
	data       *caseData
}

// all writes everything.
func (m *maker) all(ctx context.Context) error {
	if err := m.folders(); err != nil {
		return err
	}
	if err := m.cases(ctx); err != nil {
		return err
	}
	for _, l := range m.lang {
		if err := m.tables(l); err != nil {
			return err
		}
		if err := m.index(l); err != nil {
			return err
		}
	}
	if err := m.front(); err != nil {
		return err
	}
	var err error
	m.made.Sums, err = m.out.Finish()
	return err
}

func (m *maker) folders() error {
	names := []string{}
	for _, l := range m.lang {
		names = append(names, l.Code, l.Code+"/cases")
		if len(m.Extras) > 0 {
			names = append(names, l.Code+"/tables")
		}
	}
	if m.Files {
		names = append(names, filesFolder)
	}
	for _, name := range names {
		if err := m.out.MakeDir(name); err != nil {
			return err
		}
	}
	return nil
}

// cases reads one case after the other, and writes their pages on all processors.
func (m *maker) cases(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	tasks := make(chan task, 2*runtime.NumCPU())
	var writers sync.WaitGroup
	for range runtime.NumCPU() {
		writers.Go(func() {
			for t := range tasks {
				if ctx.Err() != nil {
					continue
				}
				if err := m.pages(t); err != nil {
					stop(fmt.Errorf("case %s: %w", t.id, err))
				}
			}
		})
	}
	m.made.Cases = len(m.sel.Cases)
	err := m.read(ctx, tasks)
	close(tasks)
	writers.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// read gives the cases to the writers.
func (m *maker) read(ctx context.Context, tasks chan<- task) error {
	all := m.sel.Cases
	for _, l := range m.lang {
		l.rows = make([]indexRow, len(all))
	}
	for i, c := range all {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		data, err := m.readCase(ctx, c)
		if err != nil {
			return fmt.Errorf("case %s: %w", c.ID, err)
		}
		m.made.Testimonies += len(data.columns)
		m.made.Envelopes = append(m.made.Envelopes, data.envelopes...)
		t := task{at: i, id: c.ID, data: data, before: neighbour(all, i-1), after: neighbour(all, i+1)}
		select {
		case tasks <- t:
		case <-ctx.Done():
		}
		if m.Progress != nil {
			m.Progress(i + 1)
		}
	}
	m.made.Pages = len(all) * len(m.lang)
	return nil
}

func neighbour(all []*cases.Case, i int) string {
	if i < 0 || i >= len(all) {
		return ""
	}
	return all[i].ID
}

// pages writes the pages of one case, and what the index says of it.
func (m *maker) pages(t task) error {
	for _, l := range m.lang {
		v := l.caseView(t)
		if err := l.page(m, l.Code+"/cases/"+t.id+".html", "case", v); err != nil {
			return err
		}
		l.rows[t.at] = l.indexRow(t.data, v)
	}
	return nil
}
