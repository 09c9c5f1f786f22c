package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/rig"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// newWorkspace returns a workspace of a reviewer.
func newWorkspace(t *testing.T, m *machine) *workspace.Workspace {
	t.Helper()
	w, err := workspace.Create(filepath.Join(t.TempDir(), "work"), m.key.Identities)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// addEnvelope puts what a source sent into a workspace.
func addEnvelope(t *testing.T, w *workspace.Workspace, n int, thread string, kind testimony.Kind, answers map[string]string) {
	t.Helper()
	id := fmt.Sprintf("%032x", n)
	doc, err := json.Marshal(testimony.Testimony{Schema: testimony.Schema, Kind: kind, Thread: thread, Answers: answers})
	if err != nil {
		t.Fatal(err)
	}
	b := w.Begin()
	ref := workspace.Ref{ID: id, Kind: kind, Thread: thread, Received: "2026-11-22", Size: 1}
	if err := b.Add(t.Context(), ref, doc, bytes.NewReader([]byte{1}), nil); err != nil {
		t.Fatal(err)
	}
	if err := b.Commit(); err != nil {
		t.Fatal(err)
	}
}

// trustServer puts rosters into a workspace as those of a server that it trusts.
func trustServer(t *testing.T, w *workspace.Workspace, intake string, org *rig.Org) {
	t.Helper()
	s := workspace.Server{Intake: intake, First: org.Rosters[0].SHA256(), Rosters: make(map[uint32]string)}
	texts := make(map[string][]byte)
	for _, r := range org.Rosters {
		s.Rosters[r.Epoch] = r.SHA256()
		texts[r.SHA256()] = r.Bytes()
	}
	writes, err := workspace.Bundle{Sum: strings.Repeat("ab", 32)}.Writes([]byte("manifest"), texts)
	if err != nil {
		t.Fatal(err)
	}
	one, err := s.Write()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Put(append(writes, one)...); err != nil {
		t.Fatal(err)
	}
}

// What is kept is there again; who counts follows from the rosters of the servers that
// are trusted, as far as they are a chain.
func TestReadsWorkspace(t *testing.T) {
	org, all := reviewers(t, "", "A", "B")
	w := newWorkspace(t, all[0])
	addEnvelope(t, w, 1, thread("1"), testimony.First, map[string]string{"surrender_gov": "daraa", "surrender_date": "2018-07"})
	addEnvelope(t, w, 2, thread("1"), testimony.Name, map[string]string{"his_name": "زهير المقداد", "his_birth": "1985"})
	addEnvelope(t, w, 3, thread("2"), testimony.First, nil)
	addEnvelope(t, w, 4, thread("3"), testimony.Probe, nil)
	addEnvelope(t, w, 5, thread("4"), testimony.First, map[string]string{"his_name": "x"})
	addEnvelope(t, w, 6, thread("4"), testimony.Withdrawal, nil)

	sign := func(m *machine, e Entry) *Signed {
		s, err := m.author.Sign(e)
		if err != nil {
			t.Fatal(err)
		}
		writes, err := Writes(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Put(writes...); err != nil {
			t.Fatal(err)
		}
		return s
	}
	sign(all[0], Entry{Subject: thread("1"), Field: "fact.his_birth", Value: "1986"})
	sign(all[1], Entry{Subject: thread("1"), Field: "reliability", Value: "010000000000"})
	read := func() *Coding {
		c, err := Read(w)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if c := read(); len(c.Cases) != 3 || c.People.Any() || len(c.Idle) != 0 || len(c.Case(thread("1")).Values) != 2 {
		t.Errorf("without rosters: %d cases, %v", len(c.Cases), c.Idle)
	}
	trustServer(t, w, "one", org)
	c := read()
	if !c.People.Knows(all[1].author.Key) || c.People.Name(all[1].author.Key) != "B" || len(c.Case(thread("1")).Values) != 2 {
		t.Error("a reviewer is not known")
	}
	if to, names := c.People.Others(all[0].author.Key); len(to) != 1 || names[0] != "B" {
		t.Errorf("the others are %v", names)
	}
	people, left, err := c.Named(t.Context(), w)
	if err != nil || len(people) != 1 || left != 2 {
		t.Fatalf("%d people, %d left out, %v", len(people), left, err)
	}
	if p := people[0]; p.Name != "زهير المقداد" || p.Birth != "1986" || p.Dates["surrender_date"] != "2018-07" || p.Places["surrender_gov"] != "daraa" {
		t.Errorf("%+v", p)
	}
	if n, err := Verify(w); n != 2 || err != nil {
		t.Errorf("verified %d: %v", n, err)
	}

	// A second roster that the first one's administrators did not sign.
	strangers, err := rig.NewOrg("A", "S")
	if err != nil {
		t.Fatal(err)
	}
	strangers.Rosters = org.Rosters
	if _, err := strangers.Next(rig.Day(-1), rig.Day(50)); err != nil {
		t.Fatal(err)
	}
	trustServer(t, w, "one", strangers)
	c = read()
	if len(c.People.Broken) != 1 || c.People.Knows(strangers.Reviewers[1].VerifierKey()) || !c.People.Knows(all[1].author.Key) {
		t.Error("rosters that are no chain count")
	}

	// What was put there in another's name is found.
	forged := *sign(all[0], Entry{Subject: thread("2"), Field: FieldNote, Value: "x"})
	forged.By = all[1].author.Key
	if err := w.Put(workspace.Write{Shelf: shelf, Key: idOf(forged.Text()), Value: forged.record()}); err != nil {
		t.Fatal(err)
	}
	if _, err := Verify(w); err == nil {
		t.Error("a forged entry was not found")
	}
	if err := w.Put(workspace.Write{Shelf: shelf, Key: strings.Repeat("0", 64), Value: forged.record()}); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(w); err == nil {
		t.Error("a record under another's id was not found")
	}
}

func TestResolve(t *testing.T) {
	_, all := reviewers(t, "12ab", "A")
	m := all[0]
	old := CodeOf(thread("2"))
	m.link(t, thread("1"), thread("2"))
	c := m.coding()
	for typed, want := range map[string]string{
		"1111": thread("1"), " AAAA ": thread("a"), CodeOf(thread("b"))[:7]: CodeOf(thread("b")),
		strings.ToLower(CodeOf(thread("a"))): CodeOf(thread("a")), old: CodeOf(thread("1")), thread("1"): thread("1"),
	} {
		if got, err := c.Resolve(typed); err != nil || got != want {
			t.Errorf("%q: %q %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "111", "C-", "C-12", "3333", "nothing", "C-0000000000"} {
		if got, err := c.Resolve(typed); err == nil {
			t.Errorf("%q: %q", typed, got)
		}
	}
}
