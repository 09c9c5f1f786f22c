package workspace

import (
	"encoding/json"
	"iter"
)

// The shelves of what a reviewer has before them.
const (
	failures = "failed" // by id, and by payload if it is refused for that: a Failed
	fresh    = "new"    // by id: the thread, of what was not looked at yet
	views    = "views"  // by path: a View
)

// Failed is an envelope of a bundle that is not in the workspace. When a later bundle
// brings it well, it goes.
type Failed struct {
	ID      string `json:"id"`
	Payload string `json:"payload"` // SHA-256 of its payload, as the server signed it
	Reason  string `json:"reason"`  // as package dossier names it, or Differs
	Detail  string `json:"detail"`  // one sentence in English
	Bundle  string `json:"bundle"`  // SHA-256 of the signed manifest it came with
	Day     string `json:"day"`     // in UTC, of the attempt
}

// Differs is the reason of an envelope that has the id of one that is in the
// workspace, and another payload: it was refused, and stays so.
const Differs = "differs"

func (f *Failed) key() string {
	if f.Reason == Differs {
		return f.ID + "/" + f.Payload
	}
	return f.ID
}

// Write returns the record that keeps a failure.
func (f Failed) Write() (Write, error) {
	record, err := json.Marshal(f)
	return Write{failures, f.key(), record}, err
}

// Mended returns the record that takes back the failure of an id, if there is one.
func Mended(id string) Write { return Write{failures, id, nil} }

// Failures yields the envelopes that could not be added, in an order of their own.
func (w *Workspace) Failures() iter.Seq2[Failed, error] { return decoded[Failed](w.Shelf(failures)) }

// Failure returns why an envelope is not in the workspace; false if nothing is known.
func (w *Workspace) Failure(id string) (Failed, bool, error) {
	return get[Failed](w.Shelf(failures), id)
}

// New returns the ids of the envelopes that nobody has looked at yet.
func (w *Workspace) New() (map[string]bool, error) {
	all := make(map[string]bool)
	for item, err := range w.Shelf(fresh).All() {
		if err != nil {
			return nil, err
		}
		all[item.Key] = true
	}
	return all, nil
}

// Looked returns the records by which envelopes are not new any more.
func Looked(ids ...string) []Write {
	var all []Write
	for _, id := range ids {
		all = append(all, Write{fresh, id, nil})
	}
	return all
}

// View is a decrypted view of the workspace, or of a part, that a person asked for and
// that was not closed yet.
type View struct {
	Path   string `json:"path"`   // absolute
	Token  string `json:"token"`  // what the mark in the folder says, by which it is known as ours
	Made   string `json:"made"`   // day in UTC
	Memory bool   `json:"memory"` // it is in memory, and gone when the machine is switched off
	Parts  int    `json:"parts"`  // how many envelopes are in it
}

// Write returns the record that keeps a view.
func (v View) Write() (Write, error) {
	record, err := json.Marshal(v)
	return Write{views, v.Path, record}, err
}

// Closed returns the record by which a view is forgotten.
func (v View) Closed() Write { return Write{views, v.Path, nil} }

// Views yields the views that were not closed yet.
func (w *Workspace) Views() iter.Seq2[View, error] { return decoded[View](w.Shelf(views)) }
