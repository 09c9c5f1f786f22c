package export

import (
	"errors"
	"fmt"

	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/selection"
	"amana/internal/workspace"
)

// ErrNothing is wrapped by the error about testimonies none of which a use may see.
var ErrNothing = errors.New("nothing leaves: none of it is allowed for that")

// Record returns what the record of custody tells the recipient of a use of these
// envelopes, to be printed: what custody.jsonl of an export has, and nothing else. Of
// envelopes that the selection does not hold it says nothing. Threads are those that are
// in it.
func Record(log *custody.Log, sel *selection.Selection, refs []workspace.Ref) (story *custody.Story, threads []custody.Subject, err error) {
	if sel.Use == consent.Own || sel.Use.Public() {
		return nil, nil, fmt.Errorf("%w: the record of custody has days and hashes, which go to one recipient and never to everybody", ErrUse)
	}
	asked := make(map[string]bool)
	for _, r := range refs {
		asked[r.ID] = sel.Sees(r.ID)
	}
	if story, err = log.Tell("", "", nil); err != nil {
		return nil, nil, err
	}
	if len(story.Faults) > 0 {
		return nil, nil, fmt.Errorf("%w: nothing leaves of it", custody.ErrBroken)
	}
	story.For = sel.Use
	for _, c := range sel.Cases {
		for _, t := range c.Threads {
			code, here := SourceCode(t.ID), false
			for i, r := range t.Refs {
				if !asked[r.ID] {
					continue
				}
				here = true
				o := custody.Original{ID: fmt.Sprintf("%s %d", code, i+1), Thread: code, Kind: string(r.Kind), Received: r.Received, File: r.SHA256, Payload: r.Payload, Size: r.Size}
				for n, f := range r.Files {
					o.Files = append(o.Files, workspace.File{Entry: shortName(r, n), Size: f.Size, SHA256: f.SHA256})
				}
				story.Originals = append(story.Originals, o)
			}
			if here {
				story.Case, story.What = c.ID, c.ID
				threads = append(threads, custody.Subject{Case: c.ID, Thread: t.ID})
			}
		}
	}
	if len(threads) == 0 {
		return nil, nil, ErrNothing
	}
	j := &Job{Selection: sel, Custody: log}
	err = j.steps(func(s step) error {
		if !asked[s.testimony] {
			return nil
		}
		own := custody.Subject{Case: s.person, Thread: s.source, Hash: s.hash, Detail: s.detail}
		if n := len(story.Steps); n > 0 && story.Steps[n-1].Number == s.number {
			story.Steps[n-1].Own = append(story.Steps[n-1].Own, own)
			return nil
		}
		link := &custody.Link{Number: s.number, Day: s.day, Event: custody.Event{Act: custody.Act(s.act)}}
		story.Steps = append(story.Steps, custody.Step{Link: link, Own: []custody.Subject{own}})
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	return story, threads, nil
}
