package walk

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/keyfile"
	"amana/internal/synthetic"
	"amana/internal/tables"
	"amana/internal/workspace"
)

// desk is the workspace of the walk.
type desk struct {
	*workspace.Workspace
	log   *custody.Log
	told  []*told
	cases []*cases.Case
	key   string // of the reviewer

	tables map[consent.Use][]*tables.Table // that were made before
}

const reviewer = "zqob99xreviewerqz"

func newDesk(t *testing.T) *desk {
	t.Helper()
	key, err := keyfile.NewReviewer(reviewer)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{key: key.VerifierKey(), tables: make(map[consent.Use][]*tables.Table)}
	if d.Workspace, err = workspace.Create(filepath.Join(t.TempDir(), "work"), key.Identities); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	var made []*synthetic.Case
	for n := range people {
		d.told = append(d.told, source(t, n))
		made = append(made, &synthetic.Case{Threads: []*synthetic.Thread{d.told[n].thread}})
	}
	if err := synthetic.Fill(t.Context(), d.Workspace, key.Identities, made); err != nil {
		t.Fatal(err)
	}
	if d.log, err = custody.Open(d.Workspace, key); err != nil {
		t.Fatal(err)
	}
	signer, err := key.Signer()
	if err != nil {
		t.Fatal(err)
	}
	d.code(t, cases.Author{Name: reviewer, Key: d.key, Signer: signer})
	return d
}

// personOf is the code of the case that a source speaks of.
func personOf(n int) string { return cases.CodeOf(secretID(n-n%2, 7)) }

// code links the sources, two and two, and codes of each what a reviewer may.
func (d *desk) code(t *testing.T, by cases.Author) {
	t.Helper()
	var entries []*cases.Signed
	sign := func(subject, field, value, note string) {
		signed, err := by.Sign(cases.Entry{Subject: subject, Field: field, Value: value, Note: note})
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, signed)
	}
	var events []custody.Event
	for n, s := range d.told {
		id := s.said.Thread
		sign(id, cases.FieldCase, personOf(n), word(n, "whylinked"))
		sign(id, cases.FieldNote, word(n, "note"), "")
		sign(id, "fact.unit", word(n, "codedunit"), word(n, "whycoded"))
		if n%2 == 0 {
			sign(personOf(n), "fact.charge", word(n, "codedcase"), "")
		}
		if s.cleared {
			sign(id, cases.FieldSecret, cases.SecretCleared, word(n, "whycleared"))
		}
		events = append(events, custody.Event{Act: custody.Coded, Subjects: []custody.Subject{{Thread: id}}, Detail: "of " + word(n, "custody")},
			custody.Event{Act: custody.Exported, Subjects: []custody.Subject{{Thread: id}}, Purpose: word(n, "purpose"), Recipient: word(n, "recipient")})
	}
	writes, err := cases.Writes(entries...)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.log.Put(events, writes...); err != nil {
		t.Fatal(err)
	}
	if d.cases, err = cases.Load(d.Workspace); err != nil {
		t.Fatal(err)
	}
	if len(d.cases) != people/2 {
		t.Fatalf("%d cases", len(d.cases))
	}
}

// allows says whether a source allows a use: the rules once more, from the lists above.
func (s *told) allows(use consent.Use) bool {
	if use == consent.Own {
		return true
	}
	if s.withdrawn || s.secret && !s.cleared && use != consent.Numbers {
		return false
	}
	report, un, court := choose(reports, s.n), codes(choose(nations, s.n)), codes(choose(courts, s.n))
	spoilt := func(all []string) bool {
		return slices.ContainsFunc(all, func(c string) bool {
			return slices.Contains([]string{"none", "ask", "unknown", "declined", "strange"}, c)
		})
	}
	switch use {
	case consent.Numbers:
		return report == "details" || report == "numbers"
	case consent.Report:
		return report == "details"
	case consent.National:
		return choose(nationals, s.n) == "yes"
	case consent.CourtAbroad, consent.CourtInternational, consent.CourtSyrian:
		return !spoilt(court) && slices.Contains(court, strings.TrimPrefix(string(use), "court-"))
	}
	return !spoilt(un) && slices.Contains(un, string(use))
}

// other is the source that speaks of the same person.
func (d *desk) other(s *told) *told { return d.told[s.n^1] }

// named tells whether his name may go along.
func (d *desk) named(s *told, use consent.Use) bool {
	hidden := func(s *told) bool { return s.secret && !s.cleared }
	return use == consent.Own || !hidden(s) && !hidden(d.other(s)) && use != consent.Report && use != consent.Numbers
}
