// Package outbox keeps, in a reviewers' workspace, what goes back to the server:
// replies that wait to be written to a stick, what was written to which, and what is
// due. docs/formats-back.md describes it.
//
// It reads and writes records of the workspace and nothing else. It may not touch
// sticks, or the network; the files are made by who calls it.
package outbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"amana/internal/workspace"
)

// What can be wrong.
var (
	ErrNoReply   = errors.New("its source took no code to come back with")
	ErrWithdrawn = errors.New("its source has withdrawn it, and nothing can reach them any more")
	ErrNoThread  = errors.New("no such thread is in the workspace")
	ErrSpoilt    = errors.New("what it says of where to answer is not to be trusted")
)

// The shelves of this package.
const (
	outboxShelf  = "outbox"  // by name of the folder: a Sent
	repliesShelf = "replies" // by id: a Reply
)

// Sent is one folder of files for the server that was written to a stick.
type Sent struct {
	Folder string `json:"folder"` // its name on the stick
	Day    string `json:"day"`    // in UTC
	Intake string `json:"intake"` // verifier key of the server that it is for
	Epoch  uint32 `json:"epoch"`  // of the roster that it was made for
	// Done tells that the folder got its name: until then what is in it is due still.
	Done  bool   `json:"done"`
	Files []File `json:"files"`

	Acknowledged []string `json:"acknowledged"` // ids of envelopes
	Replies      []string `json:"replies"`      // ids of replies
}

// File is one file of a folder.
type File struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // in hexadecimal digits
	Count  int    `json:"count"`  // of what is in it: testimonies, replies, headers
}

// Write returns the record that keeps what was written.
func (s *Sent) Write() (workspace.Write, error) {
	record, err := json.Marshal(s)
	return workspace.Write{Shelf: outboxShelf, Key: s.Folder, Value: record}, err
}

// All returns what was written, the newest last.
func All(w *workspace.Workspace) ([]*Sent, error) {
	var all []*Sent
	for item, err := range w.Shelf(outboxShelf).All() {
		if err != nil {
			return nil, fmt.Errorf("read outbox: %w", err)
		}
		s := new(Sent)
		if json.Unmarshal(item.Value, s) != nil {
			return nil, fmt.Errorf("read outbox: %w: a record cannot be read", workspace.ErrDamaged)
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *Sent) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(len(a.Folder), len(b.Folder)), cmp.Compare(a.Folder, b.Folder))
	})
	return all, nil
}

// Due is what a server is owed.
type Due struct {
	Intake string
	// Acknowledge are the envelopes that the workspace has and that the server was not
	// told of, by id.
	Acknowledge []workspace.Ref
	// Replies are those that were not written to a stick, the oldest first.
	Replies []*Reply
	Again   bool // everything, also what was written before
}

// DueTo returns what is due to the server with that verifier key; with again all that
// was ever due and that nobody knows to have arrived: replies that were read are not
// in it.
func DueTo(w *workspace.Workspace, intake string, again bool) (*Due, error) {
	d := &Due{Intake: intake, Again: again}
	acknowledged, written, err := done(w, again)
	if err != nil {
		return nil, err
	}
	from, err := bundlesOf(w, intake)
	if err != nil {
		return nil, err
	}
	here := make(map[string]bool) // threads of this server
	for ref, err := range w.Refs() {
		if err != nil {
			return nil, fmt.Errorf("look for what is due: %w", err)
		}
		if !from[ref.Bundle] {
			continue
		}
		here[ref.Thread] = true
		if !acknowledged[ref.ID] {
			d.Acknowledge = append(d.Acknowledge, ref)
		}
	}
	slices.SortFunc(d.Acknowledge, func(a, b workspace.Ref) int { return cmp.Compare(a.ID, b.ID) })
	replies, err := Replies(w)
	if err != nil {
		return nil, err
	}
	for _, r := range replies {
		if here[r.Thread] && !written[r.ID] && r.Read == "" {
			d.Replies = append(d.Replies, r)
		}
	}
	return d, nil
}

// done returns what was acknowledged and which replies were written, nothing of it
// with again.
func done(w *workspace.Workspace, again bool) (acknowledged, written map[string]bool, err error) {
	acknowledged, written = make(map[string]bool), make(map[string]bool)
	if again {
		return acknowledged, written, nil
	}
	all, err := All(w)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range all {
		if !s.Done {
			continue
		}
		for _, id := range s.Acknowledged {
			acknowledged[id] = true
		}
		for _, id := range s.Replies {
			written[id] = true
		}
	}
	return acknowledged, written, nil
}

// bundlesOf returns the bundles that a server made.
func bundlesOf(w *workspace.Workspace, intake string) (map[string]bool, error) {
	all := make(map[string]bool)
	for b, err := range w.Bundles() {
		if err != nil {
			return nil, fmt.Errorf("look for what is due: %w", err)
		}
		if b.Intake == intake {
			all[b.Sum] = true
		}
	}
	return all, nil
}
