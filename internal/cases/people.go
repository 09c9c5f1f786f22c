package cases

import (
	"cmp"
	"slices"

	"amana/internal/roster"
	"amana/internal/workspace"
)

// rostersShelf holds the signed rosters that came with bundles.
const rostersShelf = "rosters"

// People are the reviewers whose entries count: those of the rosters of a workspace,
// and the one who works in it.
type People struct {
	// Newest is the last roster that all rosters of the workspace lead to; nil if there
	// is none.
	Newest *roster.Signed
	// Forked tells that the workspace has rosters that are not one chain. Only those
	// before the fork count.
	Forked bool

	known map[string]tenure // by verifier key
}

// tenure is how long somebody was a reviewer.
type tenure struct {
	name string // in the last roster that has them
	left string // first day of the roster from which on they are not in it; empty if they are
}

// People reads the reviewers of a workspace. own is the key of the one who works in
// it, who always counts; it may be empty.
func ReadPeople(w *workspace.Workspace, own string) (*People, error) {
	var all []*roster.Signed
	for item, err := range w.Shelf(rostersShelf).All() {
		if err != nil {
			return nil, err
		}
		if s, err := roster.Open(item.Value); err == nil {
			all = append(all, s)
		}
	}
	return peopleOf(all, own), nil
}

// peopleOf puts rosters together to the one chain that they are.
func peopleOf(all []*roster.Signed, own string) *People {
	p := &People{known: make(map[string]tenure)}
	slices.SortFunc(all, func(a, b *roster.Signed) int { return cmp.Compare(a.Epoch, b.Epoch) })
	seen := make(map[string]bool)
	for i, s := range all {
		if seen[s.SHA256()] {
			continue
		}
		seen[s.SHA256()] = true
		// A gap, a second roster of one number, and false signatures end the chain.
		if other := i+1 < len(all) && all[i+1].Epoch == s.Epoch && all[i+1].SHA256() != s.SHA256(); other || roster.Follows(p.Newest, s) != nil {
			p.Forked = true
			break
		}
		p.take(s)
	}
	if own != "" {
		p.known[own] = tenure{name: p.known[own].name}
	}
	return p
}

// take takes the next roster of the chain.
func (p *People) take(s *roster.Signed) {
	p.Newest = s
	for key, t := range p.known {
		if s.FindKey(key) == nil && t.left == "" {
			t.left = s.From
			p.known[key] = t
		}
	}
	for i := range s.Reviewers {
		p.known[s.Reviewers[i].Key] = tenure{name: s.Reviewers[i].Name}
	}
}

// Knows tells whether a key is, or was, that of a reviewer.
func (p *People) Knows(key string) bool {
	_, known := p.known[key]
	return known
}

// Name returns the name that the last roster with a key gives its reviewer; empty if
// none does.
func (p *People) Name(key string) string { return p.known[key].name }

// Left returns the first day on which the reviewer of a key was one no more; empty if
// they still are.
func (p *People) Left(key string) string { return p.known[key].left }

// counts says why an entry does not count; nothing if it does.
//
// A reviewer who left keeps what they coded before. The day is what they say: nobody
// can prove it.
func (p *People) counts(e *Entry) Why {
	t, known := p.known[e.By]
	switch {
	case !known:
		return WhyStranger
	case t.left != "" && e.Day >= t.left:
		return WhyLeft
	}
	return ""
}

// Why says why an entry does not count.
type Why string

// The reasons.
const (
	WhyStranger Why = "by somebody who is in no roster of this workspace"
	WhyLeft     Why = "dated after its reviewer had left"
	WhyUnknown  Why = "of a field or a code that this version does not know"
)
