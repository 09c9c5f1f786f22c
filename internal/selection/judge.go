package selection

import (
	"fmt"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

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
	p := consent.Of(all, cleared(c, t, s.fresh))
	for _, v := range c.Values {
		if v.Field == FieldWithhold && (v.Subject == t.ID || v.Subject == c.ID) {
			withhold(p, v.Value)
		}
	}
	for _, value := range s.withheld[t.ID] {
		withhold(p, value)
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
	secret := c.Elsewhere > 0 // nobody here can know what its source wants kept
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
		v, may := s.value(v)
		if !may || !subjects[v.Subject] {
			continue
		}
		if ok, err := s.allAllow(v.Rests); err != nil {
			return nil, err
		} else if !ok {
			continue
		}
		v.Rests = nil
		few.Values = append(few.Values, v)
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

// allAllow tells whether each of the threads is here and allows the use.
func (s *Selection) allAllow(threads []string) (bool, error) {
	if s.Use == consent.Own {
		return true, nil
	}
	for _, id := range threads {
		at, here := s.homes[id]
		if !here {
			return false, nil
		}
		if j, err := s.look(at.c, at.t); err != nil || !j.allowed {
			return false, err
		}
	}
	return true, nil
}

// home is where a thread is.
type home struct {
	c *cases.Case
	t *cases.Thread
}

// find notes where each thread is, and what was withheld of a case that it was of.
func (s *Selection) find(all []*cases.Case) {
	s.homes, s.withheld = make(map[string]home), make(map[string][]string)
	for _, c := range all {
		for _, t := range c.Threads {
			s.homes[t.ID] = home{c, t}
		}
		for _, v := range c.Values {
			if v.Field != FieldWithhold {
				continue
			}
			for _, id := range v.Rests {
				s.withheld[id] = append(s.withheld[id], v.Value)
			}
		}
	}
}
