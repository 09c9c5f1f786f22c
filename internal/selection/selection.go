// Package selection is the gate between a workspace and everything that is made of it
// for somebody's eyes: tables, reports, exports read testimonies through a [Selection]
// and in no other way. What the source did not allow for the use at hand is not behind
// it.
//
// It reads a workspace and writes nothing.
package selection

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// Options say what a use needs beyond what every use gets.
type Options struct {
	// Names asks for the page of his name. It is there only for uses that allow more
	// than numbers, and only where the reviewer asks for it.
	Names bool
}

// Selection is the cases of a workspace as one use may see them. It is read by one
// goroutine at a time.
type Selection struct {
	Use   consent.Use
	Cases []*cases.Case // copies, with the threads and the coding that may be seen
	// LeftOut counts the threads that the use may not see, and the cases of which
	// nothing was left.
	LeftOut struct{ Threads, Cases int }

	w     *workspace.Workspace
	names bool
	seen  map[string]bool // ids of envelopes that may be read
}

// Make returns what a use may see of all cases.
func Make(ctx context.Context, w *workspace.Workspace, all []*cases.Case, use consent.Use, o Options) (*Selection, error) {
	s := &Selection{Use: use, w: w, names: use == consent.Own || o.Names && use != consent.Numbers, seen: make(map[string]bool)}
	for _, c := range all {
		if err := context.Cause(ctx); err != nil {
			return nil, err
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

// filter returns the part of a case that may be seen; nil if there is none.
func (s *Selection) filter(c *cases.Case) (*cases.Case, error) {
	few := &cases.Case{ID: c.ID}
	subjects := map[string]bool{c.ID: true}
	for _, t := range c.Threads {
		var all []*testimony.Testimony
		for _, ref := range t.Refs {
			one, err := s.w.Testimony(ref.ID)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		if !consent.Of(all, cleared(c, t)).Allows(s.Use) {
			s.LeftOut.Threads++
			continue
		}
		few.Threads = append(few.Threads, s.thread(t))
		subjects[t.ID] = true
	}
	if len(few.Threads) == 0 {
		return nil, nil
	}
	for _, v := range c.Values {
		if !subjects[v.Subject] {
			continue
		}
		if s.Use != consent.Own {
			v.Note = "" // a reviewer's words to other reviewers
		}
		few.Values = append(few.Values, v)
	}
	return few, nil
}

// thread returns a thread with the envelopes that may be seen.
func (s *Selection) thread(t *cases.Thread) *cases.Thread {
	few := &cases.Thread{ID: t.ID, Withdrawn: t.Withdrawn}
	for _, ref := range t.Refs {
		if ref.Kind == testimony.Name && !s.names {
			continue
		}
		if s.Use == consent.Numbers {
			ref.Files, ref.Notes = nil, nil
		}
		few.Refs = append(few.Refs, ref)
		s.seen[ref.ID] = true
	}
	return few
}

// cleared tells whether a reviewer has coded that what must never be published of a
// thread stays out, and no reviewer has coded otherwise.
func cleared(c *cases.Case, t *cases.Thread) bool {
	yes := false
	for _, v := range c.Values {
		if v.Subject == t.ID && v.Field == cases.FieldSecret {
			if v.Value != cases.SecretCleared {
				return false
			}
			yes = true
		}
	}
	return yes
}

// onlyOurs are the answers that are for the reviewers alone, whatever the use.
var onlyOurs = []string{"never_publish", "contact_wish", "risk", "told_before", "family_agrees"}

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
	t.Reply, t.Fetched = nil, nil
	t.Answers, t.Choices = maps.Clone(t.Answers), maps.Clone(t.Choices)
	for _, key := range onlyOurs {
		delete(t.Answers, key)
		delete(t.Choices, key)
	}
	if s.Use == consent.Numbers {
		for _, key := range words {
			delete(t.Answers, key)
		}
		t.Files = nil
	}
	return t, nil
}

// words are the answers in the source's own words, which no table counts.
var words = []string{testimony.Narrative, "unit", "reason_given", "treatment", "charge", "death_cause"}

// File writes file i of an envelope, counted from 0, to out, byte for byte.
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

// Words returns the keys of the answers that are in a source's own words.
func Words() []string { return slices.Clone(words) }
