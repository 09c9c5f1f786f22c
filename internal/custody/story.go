package custody

import (
	"encoding/hex"
	"fmt"
	"slices"

	"amana/internal/consent"
	"amana/internal/workspace"
)

// Story is what the record tells of some testimonies: to the reviewers, or to those who
// are given it.
type Story struct {
	For       consent.Use // empty, or Own: the reviewers
	What      string      // case, thread or testimony that was asked for
	Case      string      // may be empty
	Steps     []Step
	Originals []Original
	Links     int // of the whole record
	Head      Head
	Faults    []Fault // of the chain
	Today     string
}

// Step is one link, with what of it is about the testimonies.
type Step struct {
	*Link
	Hash   string
	Own    []Subject // those that were asked for
	Others int       // how many others the same act was done with
}

// Original is one testimony as it lies in the workspace, by the index.
type Original struct {
	ID, Thread, Kind, Received, Bundle, File, Payload, Document string
	Size                                                        int64
	Files                                                       []workspace.File
}

// handed tells whether it is for others.
func (s *Story) handed() bool { return s.For != "" && s.For != consent.Own }

// Tell gathers what the record tells of envelopes, of their threads and bundles, and
// of a case, which may be empty, for the reviewers' own desk. It checks the chain, and no original: [Log.Verify]
// does.
func (l *Log) Tell(what, caseID string, refs []workspace.Ref) (*Story, error) {
	s := &Story{What: what, Case: caseID, Today: l.today()}
	mine := func(x *Subject) bool {
		switch {
		case x.Testimony != "":
			return slices.ContainsFunc(refs, func(r workspace.Ref) bool { return r.ID == x.Testimony })
		case x.Thread != "":
			return slices.ContainsFunc(refs, func(r workspace.Ref) bool { return r.Thread == x.Thread })
		case x.Case != "":
			return x.Case == caseID
		}
		return false
	}
	documents := make(map[string]*recorded)
	var err error
	s.Head, err = l.walk(func(link *Link) {
		s.Links++
		remember(link, documents, func(string, string) {})
		var own []Subject
		for i := range link.Subjects {
			if mine(&link.Subjects[i]) {
				own = append(own, link.Subjects[i])
			}
		}
		if len(own) > 0 {
			few := *link
			few.Subjects = nil // ten thousand others
			s.Steps = append(s.Steps, Step{&few, link.Hash(), own, len(link.Subjects) - len(own)})
		}
	}, func(f Fault) { s.Faults = append(s.Faults, f) })
	if err != nil {
		return nil, fmt.Errorf("tell custody: %w", err)
	}
	for _, r := range refs {
		o := Original{ID: r.ID, Thread: r.Thread, Kind: string(r.Kind), Received: r.Received, Bundle: r.Bundle, File: r.SHA256, Payload: r.Payload, Size: r.Size, Files: r.Files}
		if d := documents[r.ID]; d != nil {
			o.Document = hex.EncodeToString(d.document[:])
		}
		s.Originals = append(s.Originals, o)
	}
	return s, nil
}
