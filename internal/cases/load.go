package cases

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"amana/internal/workspace"
)

// CodeOf returns the code of the case that a thread is of until a reviewer links it:
// the same on every machine.
func CodeOf(thread string) string { return codeOf(thread) }

// apartCode returns the code number n, from 1, of the case that a thread gets for
// itself where others are under the code of [CodeOf].
func apartCode(thread string, n int) string { return codeOf(fmt.Sprintf("%s\napart %d", thread, n)) }

func codeOf(what string) string {
	sum := sha256.Sum256([]byte("amana case 1\n" + what))
	return "C-" + hex.EncodeToString(sum[:5])
}

// Load returns the cases of a workspace by ID.
func Load(w *workspace.Workspace) ([]*Case, error) {
	c, err := Read(w)
	if err != nil {
		return nil, err
	}
	return c.Cases, nil
}

// Read returns the cases of a workspace and all that reviewers have said of them.
func Read(w *workspace.Workspace) (*Coding, error) {
	threads, err := threads(w)
	if err != nil {
		return nil, err
	}
	all, err := entries(w)
	if err != nil {
		return nil, err
	}
	people, err := ReadPeople(w)
	if err != nil {
		return nil, err
	}
	return newFold(threads, all, people).coding(), nil
}

// Coding is the cases of a workspace and what reviewers have said of them. It is read
// and not changed.
type Coding struct {
	Cases   []*Case // by ID
	People  *People
	Idle    []Idle // entries that do not count
	Waiting int    // entries about threads that are not in the workspace yet

	fold  *fold
	byID  map[string]*Case
	apart map[[2]string][]Value // by two threads: what was said of their being different people
}

// Idle is an entry that is kept and does not count.
type Idle struct {
	Value
	Why  Why
	Case string // the case that it is about; empty if that is not here
}

// Case returns the case of a code or of a thread's id; nil if there is none.
func (c *Coding) Case(id string) *Case {
	if IsThread(id) {
		if c.fold.threads[id] == nil {
			return nil
		}
		id = c.fold.caseOf(id)
	}
	return c.byID[id]
}

// Different tells whether reviewers have said, and none has said otherwise, that two
// threads speak of different people.
func (c *Coding) Different(a, b string) bool {
	said := c.apart[[2]string{min(a, b), max(a, b)}]
	for _, v := range said {
		if v.Value != NotOther {
			return false
		}
	}
	return len(said) > 0
}

// Contradicted returns what reviewers have said against the links of a case: that two
// of its threads speak of different people.
func (c *Coding) Contradicted(one *Case) []Value {
	var all []Value
	for i, a := range one.Threads {
		for _, b := range one.Threads[i+1:] {
			for _, v := range c.apart[[2]string{a.ID, b.ID}] {
				if v.Value == NotOther {
					all = append(all, v)
				}
			}
		}
	}
	return all
}

// Past is an entry in the history of a case.
type Past struct {
	Value
	Replaced bool
	Why      Why // why it does not count; empty if it does
}

// History returns all that was ever said of a case, its threads included, by day.
func (c *Coding) History(one *Case) []Past {
	var all []Past
	for id, s := range c.fold.all {
		if home := c.fold.home(s.Subject, c.byID); home == one.ID {
			all = append(all, Past{c.fold.value(s, s.Subject), c.fold.replaced[id], c.fold.why(s)})
		}
	}
	sortPast(all)
	return all
}

// Entries returns how many entries there are.
func (c *Coding) Entries() int { return len(c.fold.all) }
