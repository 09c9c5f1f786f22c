package cases

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"amana/internal/workspace"
)

// ErrSubject is wrapped by errors about a subject that is not there, or more than one.
var ErrSubject = errors.New("no such thread or case")

// leastDigits is how many digits of an id a person must give at least.
const leastDigits = 4

// Resolve returns the case's code or the thread's id that a person means: its first
// digits, as many as name only one; of a thread also those of one of its envelopes.
func (c *Coding) Resolve(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	found := make(map[string]bool)
	if rest, ok := cutFold(typed, "c-"); ok {
		for id := range c.byID {
			if strings.HasPrefix(id[2:], rest) {
				found[id] = true
			}
		}
		// A case that became part of another is known by its old code too.
		if home := c.fold.home("C-"+rest, c.byID); len(found) == 0 && IsCase("C-"+rest) && home != "" {
			found[home] = true
		}
		if len(rest) < leastDigits {
			return "", fmt.Errorf("%w: give at least %d digits", ErrSubject, leastDigits)
		}
	} else {
		typed = strings.ToLower(typed)
		if len(typed) < leastDigits {
			return "", fmt.Errorf("%w: give at least %d digits", ErrSubject, leastDigits)
		}
		for id, t := range c.fold.threads {
			if strings.HasPrefix(id, typed) || slices.ContainsFunc(t.Refs, func(r workspace.Ref) bool { return strings.HasPrefix(r.ID, typed) }) {
				found[id] = true
			}
		}
	}
	for id := range found {
		if len(found) > 1 {
			return "", fmt.Errorf("%w: %d begin so; give more digits", ErrSubject, len(found))
		}
		return id, nil
	}
	return "", fmt.Errorf("%w in this workspace", ErrSubject)
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return strings.ToLower(s[len(prefix):]), true
}

// Plan is what linking or unlinking would change.
type Plan struct {
	Case    string    // into which the threads come; of an unlinking empty
	Threads []*Thread // all that are then in the case, or that leave
	entries []Entry
}

// Empty tells whether nothing would change.
func (p *Plan) Empty() bool { return len(p.entries) == 0 }

// Sign makes the entries of the plan.
func (p *Plan) Sign(a Author, note string) ([]*Signed, error) { return a.signAll(p.entries, note) }

// signAll signs entries, each with the note.
func (a Author) signAll(all []Entry, note string) ([]*Signed, error) {
	var signed []*Signed
	for _, e := range all {
		e.Note = note
		s, err := a.Sign(e)
		if err != nil {
			return nil, err
		}
		signed = append(signed, s)
	}
	return signed, nil
}

// Link plans that all the subjects become one case: threads, and cases with all their
// threads. It is the first case among them, or that of the first thread.
//
// Every thread gets an entry that says so, also one that is there already: when two
// reviewers link one thread to different others, neither link is lost.
func (c *Coding) Link(subjects ...string) (*Plan, error) {
	p := new(Plan)
	for _, id := range subjects {
		one := c.Case(id)
		switch {
		case one == nil:
			return nil, fmt.Errorf("%w in this workspace", ErrSubject)
		case IsCase(id):
			p.Case = cmp.Or(p.Case, id)
			p.Threads = append(p.Threads, one.Threads...)
		default:
			p.Threads = append(p.Threads, c.fold.threads[id])
		}
	}
	if p.Case == "" {
		p.Case = c.Case(subjects[0]).ID
	}
	if target := c.byID[p.Case]; target != nil {
		p.Threads = append(p.Threads, target.Threads...)
	}
	p.sort()
	if len(p.Threads) < 2 {
		return nil, fmt.Errorf("%w to link: give at least two", ErrSubject)
	}
	for _, t := range p.Threads {
		c.move(p, t.ID, p.Case)
	}
	return p, nil
}

// Unlink plans that each of the threads becomes a case of its own.
func (c *Coding) Unlink(threads ...string) (*Plan, error) {
	p := new(Plan)
	for _, id := range threads {
		one := c.Case(id)
		switch {
		case !IsThread(id):
			return nil, fmt.Errorf("%w: give the threads that are to leave their case, not a case", ErrSubject)
		case one == nil:
			return nil, fmt.Errorf("%w in this workspace", ErrSubject)
		case len(one.Threads) == 1 && len(c.fold.links[id]) < 2:
			continue // it is alone
		}
		p.Threads = append(p.Threads, c.fold.threads[id])
	}
	p.sort()
	for _, t := range p.Threads {
		c.move(p, t.ID, c.free(t.ID))
	}
	return p, nil
}

func (p *Plan) sort() {
	slices.SortFunc(p.Threads, func(a, b *Thread) int { return cmp.Compare(a.ID, b.ID) })
	p.Threads = slices.Compact(p.Threads)
}

// free returns the first of a thread's own codes that no other thread is under. It is
// the same on every machine, so that two reviewers who part it do not differ.
func (c *Coding) free(thread string) string {
	code := c.fold.own(thread)
	for n := 1; slices.ContainsFunc(c.fold.formerly[code], func(id string) bool { return id != thread }); n++ {
		code = apartCode(thread, n)
	}
	return code
}

// move adds to a plan what says that a thread is of a case, unless that is what stands.
func (c *Coding) move(p *Plan, thread, code string) {
	heads := c.fold.links[thread]
	if len(heads) > 0 && !slices.ContainsFunc(heads, func(s *Signed) bool { return s.Value != code }) {
		return
	}
	p.entries = append(p.entries, Entry{Subject: thread, Field: FieldCase, Value: code, Replaces: idsOf(heads)})
}

func idsOf(all []*Signed) []string {
	ids := []string{}
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	return ids
}

// TellApart plans that two threads speak of different people, or, with [NotOpen], that
// nobody knows. They need not be in cases of their own.
func (c *Coding) TellApart(a, b, value string) *Plan {
	pair := [2]string{min(a, b), max(a, b)}
	said := c.apart[pair]
	p := &Plan{Threads: []*Thread{c.fold.threads[pair[0]], c.fold.threads[pair[1]]}}
	if len(said) == 1 && said[0].Value == value {
		return p
	}
	e := Entry{Subject: pair[0], Field: NotPrefix + pair[1], Value: value}
	for _, v := range said {
		e.Replaces = append(e.Replaces, v.Entry)
	}
	p.entries = []Entry{e}
	return p
}
