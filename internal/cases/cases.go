// Package cases turns the threads of a workspace into cases: a case is a person, of
// whom several testimonies may speak. What reviewers link and code stands beside what
// sources sent, signed, and never over it.
//
// It reads and writes the records of a workspace and nothing else. It may not touch
// files of a source, sticks or the network.
package cases

import (
	"cmp"
	"slices"

	"amana/internal/testimony"
	"amana/internal/workspace"
)

// Thread is all that one source sent.
type Thread struct {
	ID        string          // 32 hexadecimal digits
	Refs      []workspace.Ref // the first testimony first, then by the day received
	Withdrawn bool
}

// Case is one person.
type Case struct {
	// ID is a code that tells nothing: "C-" and 10 hexadecimal digits.
	ID      string
	Threads []*Thread // at least one, by ID
	// Elsewhere is how many threads were linked to it that are not in the workspace.
	Elsewhere int
	// Values are what reviewers have coded about the case and its threads, as it stands
	// now; of a field that two have coded without knowing of each other there are both.
	Values []Value
	// Links are what reviewers said of which case its threads are of, as it stands now.
	Links []Value
}

// Value is one thing that a reviewer coded.
type Value struct {
	Subject string // a case's or a thread's ID
	Field   string // one of the fields of this package, or "fact." and the key of a question
	Value   string // a code, or text
	Note    string // why, in the reviewer's words; may be empty
	By      string // verifier key of the reviewer
	Name    string // of the reviewer, as they gave it; not proven
	Day     string // "2026-11-27"
	Entry   string // hash of the entry, by which a later one replaces it
	// Rests are the threads that may have been of the case when this was coded of it,
	// those that have left it and those that are not here among them. Of a thread's own
	// values it is nil.
	Rests []string
	// Holds says why the entry would not count, if it stands all the same because it holds
	// something back; empty of all others.
	Holds Why
}

// Contested returns the fields of subjects on which reviewers differ: neither knew what
// the other had coded when they coded it. Notes never differ.
func (c *Case) Contested() [][]Value {
	byField := make(map[[2]string][]Value)
	var order [][2]string
	for _, v := range slices.Concat(c.Links, c.Values) {
		key := [2]string{v.Subject, v.Field}
		if byField[key] == nil {
			order = append(order, key)
		}
		byField[key] = append(byField[key], v)
	}
	var all [][]Value
	for _, key := range order {
		values := byField[key]
		if key[1] != FieldNote && slices.ContainsFunc(values, func(v Value) bool { return v.Value != values[0].Value }) {
			all = append(all, values)
		}
	}
	return all
}

// threads puts the envelopes of a workspace together by thread, probes left out.
func threads(w *workspace.Workspace) (map[string]*Thread, error) {
	all := make(map[string]*Thread)
	for ref, err := range w.Refs() {
		if err != nil {
			return nil, err
		}
		if ref.Kind == testimony.Probe {
			continue
		}
		t := all[ref.Thread]
		if t == nil {
			t = &Thread{ID: ref.Thread}
			all[ref.Thread] = t
		}
		t.Refs = append(t.Refs, ref)
		t.Withdrawn = t.Withdrawn || ref.Kind == testimony.Withdrawal
	}
	for _, t := range all {
		slices.SortFunc(t.Refs, func(a, b workspace.Ref) int {
			return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), cmp.Compare(a.Received, b.Received), cmp.Compare(a.ID, b.ID))
		})
	}
	return all, nil
}

// rank puts what a source sent first before what they added.
func rank(k testimony.Kind) int {
	return slices.Index([]testimony.Kind{testimony.First, testimony.Name, testimony.Addition, testimony.Fetched, testimony.Withdrawal}, k)
}
