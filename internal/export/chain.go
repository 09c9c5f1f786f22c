package export

import (
	"io"
	"slices"

	"amana/internal/consent"
	"amana/internal/custody"
)

// arrival are the acts that go to a recipient: how the testimonies came to the
// reviewers. To whom else something was given is not theirs to know.
var arrival = []custody.Act{custody.Received, custody.Carried, custody.Opened, custody.Verified, custody.Copied}

// step is one line of the record of custody, about one source of a case.
type step struct {
	number                                 int
	day, act, person, source, hash, detail string
	by, purpose, recipient, link           string // for the reviewers' own archive alone
	testimony                              string // id of the envelope; it goes to nobody
}

// steps calls do for what the record tells of the cases that leave, in its order. It
// does nothing for what anybody can read.
func (j *Job) steps(do func(step) error) error {
	if j.Custody == nil || j.Selection.Use.Public() {
		return nil
	}
	own := j.Selection.Use == consent.Own
	type place struct{ person, source string }
	byID, persons := make(map[string]place), make(map[string]bool)
	for _, c := range j.Selection.Cases {
		persons[c.ID] = true
		for _, t := range c.Threads {
			byID[t.ID] = place{c.ID, SourceCode(t.ID)}
			for _, ref := range t.Refs {
				byID[ref.ID] = byID[t.ID]
			}
		}
	}
	for link, err := range j.Custody.Links() {
		if err != nil {
			return err
		}
		if !own && !slices.Contains(arrival, link.Act) {
			continue
		}
		hash := ""
		if own {
			hash = link.Hash()
		}
		for _, s := range link.Subjects {
			// To others only what is of an envelope that leaves: when a source came back
			// to read, and that they were answered, stands under their thread.
			where, found := byID[s.Testimony]
			if !found && !own {
				continue
			}
			if !found {
				where, found = byID[s.Thread]
			}
			if !found && persons[s.Case] {
				where = place{s.Case, ""}
			}
			one := step{number: link.Number, day: link.Day, act: string(link.Act), person: where.person, source: where.source, hash: s.Hash, detail: s.Detail, testimony: s.Testimony}
			if own {
				one.by, one.purpose, one.recipient, one.link = link.By, link.Purpose, link.Recipient, hash
			}
			if err := do(one); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeCustody writes custody.jsonl.
func (j *Job) writeCustody(folder *Folder) error {
	if j.Custody == nil || j.Selection.Use.Public() {
		return nil
	}
	return folder.write("custody.jsonl", func(w io.Writer) error {
		return j.steps(func(s step) error {
			doc := map[string]any{"link": s.number, "day": s.day, "act": s.act, "case": s.person, "source": s.source, "sha256": s.hash, "detail": s.detail}
			if s.link != "" {
				doc["by"], doc["purpose"], doc["recipient"], doc["hash"] = s.by, s.purpose, s.recipient, s.link
			}
			line, err := canonical(doc)
			if err != nil {
				return err
			}
			_, err = w.Write(append(line, '\n'))
			return err
		})
	})
}
