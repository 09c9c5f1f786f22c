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
}

// Make returns what a use may see of all cases.
func Make(ctx context.Context, w *workspace.Workspace, all []*cases.Case, use consent.Use, o Options) (*Selection, error) {
	s := &Selection{Use: use, w: w, names: use == consent.Own || o.Names && use.Names(), seen: make(map[string]bool)}
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

// judged is what was found of a thread.
type judged struct {
	allowed, secret, danger bool
	permissions             consent.Permissions
}

// judge looks into all envelopes of a thread.
func (s *Selection) judge(c *cases.Case, t *cases.Thread) (judged, error) {
	if s.Use == consent.Own {
		return judged{allowed: true}, nil
	}
	return s.look(c, t)
}

func (s *Selection) look(c *cases.Case, t *cases.Thread) (judged, error) {
	var j judged
	var all []*testimony.Testimony
	for _, ref := range t.Refs {
		one, err := s.w.Testimony(ref.ID)
		if err != nil {
			return j, err
		}
		j.danger = j.danger || dangerous(one)
		all = append(all, one)
	}
	p := consent.Of(all, cleared(c, t))
	for _, v := range c.Values {
		if v.Field == FieldWithhold && (v.Subject == t.ID || v.Subject == c.ID) {
			withhold(p, v.Value)
		}
	}
	j.permissions = p
	j.allowed, j.secret = p.Allows(s.Use) && (s.Use == consent.Own || !t.Withdrawn), p.Secret
	return j, nil
}

// Permissions returns what the source of a thread allows, as coded by reviewers. It is
// for the reviewers' own archive alone.
func (s *Selection) Permissions(c *cases.Case, t *cases.Thread) (consent.Permissions, error) {
	if s.Use != consent.Own {
		return consent.Permissions{}, fmt.Errorf("selection: what else a source allowed is not for %s", s.Use)
	}
	j, err := s.look(c, t)
	return j.permissions, err
}

// dangerous tells whether a source said that somebody could come to harm, or that they
// do not know.
func dangerous(t *testimony.Testimony) bool {
	risk := t.Answers["risk"]
	return risk != "" && risk != "nobody"
}

// filter returns the part of a case that may be seen; nil if there is none.
func (s *Selection) filter(c *cases.Case) (*cases.Case, error) {
	few := &cases.Case{ID: c.ID}
	subjects := make(map[string]bool)
	var found []judged
	secret := false
	for _, t := range c.Threads {
		j, err := s.judge(c, t)
		if err != nil {
			return nil, err
		}
		found = append(found, j)
		secret = secret || j.secret
	}
	for i, t := range c.Threads {
		if !found[i].allowed {
			s.LeftOut.Threads++
			continue
		}
		if found[i].danger {
			s.Danger++
		}
		// His name is as much a secret of whoever else spoke of him.
		few.Threads = append(few.Threads, s.thread(t, s.names && !secret))
		subjects[t.ID] = true
	}
	if len(few.Threads) == 0 {
		return nil, nil
	}
	// What a reviewer coded of the person may rest on any of the testimonies.
	subjects[c.ID] = len(few.Threads) == len(c.Threads)
	for _, v := range c.Values {
		if v, may := s.value(v); may && subjects[v.Subject] {
			few.Values = append(few.Values, v)
		}
	}
	return few, nil
}

// thread returns a thread with the envelopes that may be seen.
func (s *Selection) thread(t *cases.Thread, names bool) *cases.Thread {
	few := &cases.Thread{ID: t.ID, Withdrawn: t.Withdrawn}
	for _, ref := range t.Refs {
		if s.Use != consent.Own {
			switch ref.Kind {
			case testimony.First, testimony.Addition:
			case testimony.Name:
				if !names {
					s.LeftOut.Names++
					continue
				}
			default: // notes of the server: when a source came back
				continue
			}
			ref.Notes, ref.Bundle, ref.Opened = nil, "", ""
		}
		if s.Use == consent.Numbers {
			ref.Files = nil
		}
		if s.Use.Public() {
			ref.Received, ref.SHA256, ref.Payload = "", "", ""
			ref.Files = unmarked(ref.Files)
		}
		few.Refs = append(few.Refs, ref)
		s.seen[ref.ID] = true
	}
	return few
}

// unmarked returns files without what proves that a file on somebody's phone is one of
// them: its hash, and its exact size.
func unmarked(files []workspace.File) []workspace.File {
	var all []workspace.File
	for _, f := range files {
		all = append(all, workspace.File{Entry: f.Entry, Size: (f.Size + 1023) / 1024 * 1024})
	}
	return all
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
