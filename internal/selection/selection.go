// Package selection is the gate between a workspace and everything that is made of it
// for somebody's eyes: tables, reports, exports read testimonies through a [Selection]
// and in no other way. What the source did not allow for the use at hand is not behind
// it. The rules are in docs/consent.md.
//
// It reads a workspace and writes nothing.
package selection

import (
	"context"
	"fmt"
	"io"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// Options say what a use needs beyond what every use gets.
type Options struct {
	// Names asks for the page of his name. It is there only for uses with which his name
	// may go ([consent.Use.Names]), and only where the reviewer asks for it.
	Names bool
	// Case asks for this case alone; for all if it is empty.
	Case string
}

// Selection is the cases of a workspace as one use may see them. It may be read by
// several goroutines. What it holds grows with the number of envelopes and not with
// what stands in them.
type Selection struct {
	Use   consent.Use
	Cases []*cases.Case // copies, with the threads and the coding that may be seen
	// LeftOut counts the threads that the use may not see, the cases of which nothing was
	// left, and the pages of his name that were not asked for or may not go.
	LeftOut struct{ Threads, Cases, Names int }
	// Danger counts the threads that are here and whose source said that somebody could
	// come to harm. It is not counted for [consent.Own].
	Danger int

	w     *workspace.Workspace
	names bool
	seen  map[string]bool // ids of envelopes that may be read

	homes    map[string]home     // by thread
	withheld map[string][]string // by thread: uses withheld of a case that it was of
	fresh    map[string]bool     // envelopes that nobody has looked at
}

// Make returns what a use may see of all cases.
func Make(ctx context.Context, w *workspace.Workspace, all []*cases.Case, use consent.Use, o Options) (*Selection, error) {
	s := &Selection{Use: use, w: w, names: use == consent.Own || o.Names && use.Names(), seen: make(map[string]bool)}
	s.find(all)
	var err error
	if s.fresh, err = w.New(); err != nil {
		return nil, fmt.Errorf("select: %w", err)
	}
	for _, c := range all {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		if o.Case != "" && c.ID != o.Case {
			continue
		}
		few, err := s.filter(c)
		if err != nil {
			return nil, fmt.Errorf("select case %s: %w", c.ID, err)
		}
		if few == nil {
			s.LeftOut.Cases++
			continue
		}
		s.Cases = append(s.Cases, few)
	}
	return s, nil
}

// Testimony returns what a source sent, as the use may see it: without the way to
// answer them, and without what is for the reviewers alone.
func (s *Selection) Testimony(ref workspace.Ref) (*testimony.Testimony, error) {
	if !s.seen[ref.ID] {
		return nil, fmt.Errorf("selection: testimony %s is not for %s", ref.ID, s.Use)
	}
	t, err := s.w.Testimony(ref.ID)
	if err != nil || s.Use == consent.Own {
		return t, err
	}
	return s.strip(t), nil
}

// Document returns testimony.json of an envelope, byte for byte as sealed. It is for
// the reviewers' own archive alone: there is no part of it that was left out.
func (s *Selection) Document(ref workspace.Ref) ([]byte, error) {
	if s.Use != consent.Own || !s.seen[ref.ID] {
		return nil, fmt.Errorf("selection: the document of testimony %s is not for %s", ref.ID, s.Use)
	}
	return s.w.Document(ref.ID)
}

// Original opens the age file of an envelope. It is for the reviewers' own archive
// alone. The caller must close it.
func (s *Selection) Original(ref workspace.Ref) (io.ReadCloser, error) {
	if s.Use != consent.Own || !s.seen[ref.ID] {
		return nil, fmt.Errorf("selection: the original of testimony %s is not for %s", ref.ID, s.Use)
	}
	return s.w.Original(ref.ID)
}

// File writes file i of an envelope, counted from 0, to out, byte for byte. A caller
// that makes something for a public use may not pass these bytes on: they can hold
// where and when a photo was made.
func (s *Selection) File(ctx context.Context, ref workspace.Ref, i int, out io.Writer) error {
	if !s.seen[ref.ID] || s.Use == consent.Numbers {
		return fmt.Errorf("selection: the files of testimony %s are not for %s", ref.ID, s.Use)
	}
	envelope, file, err := s.w.Envelope(ref.ID)
	if err != nil {
		return err
	}
	defer file.Close()
	if i < 0 || i >= len(envelope.Files) {
		return fmt.Errorf("selection: testimony %s has no file %d", ref.ID, i+1)
	}
	return envelope.Extract(ctx, i, out)
}

// Sees tells whether an envelope is in the selection.
func (s *Selection) Sees(id string) bool { return s.seen[id] }
