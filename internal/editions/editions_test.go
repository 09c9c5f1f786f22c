package editions

import (
	"errors"
	"testing"

	"amana/internal/attest"
	"amana/internal/facts"
	"amana/internal/keyfile"
	"amana/internal/tables"
	"amana/internal/workspace"
)

func open(t *testing.T) (*workspace.Workspace, *keyfile.Key) {
	t.Helper()
	key, err := keyfile.NewReviewer("Reviewer a")
	if err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Create(t.TempDir(), key.Identities)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w, key
}

func set(n int) *tables.Set {
	s := tables.New()
	for range n {
		s.Add(&facts.Facts{Case: "C", Sources: 1, One: map[string]string{"fate": "missing"}})
	}
	return s
}

func TestEditionsAreRememberedOnce(t *testing.T) {
	w, _ := open(t)
	for i, c := range []struct{ cases, kept int }{{20, 1}, {20, 1}, {40, 2}} {
		p, writes, err := Publish(w, set(c.cases))
		if err != nil || p.Repeated {
			t.Fatal(i, err, p.Repeated)
		}
		if err := w.Put(writes...); err != nil {
			t.Fatal(err)
		}
		if all, err := All(w); err != nil || len(all) != c.kept {
			t.Errorf("%d: %d editions (%v), want %d", i, len(all), err, c.kept)
		}
	}
	// 42 would betray that two came.
	p, _, err := Publish(w, set(42))
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range p.Tables {
		if cell, ok := table.Cell("missing", "cases"); table.ID == "fate" && ok && cell.Shown() && cell.Value != 40 {
			t.Errorf("printed are %d", cell.Value)
		}
	}
	if err := w.Shelf(editionShelf).Put(name(0), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := All(w); !errors.Is(err, ErrDamaged) {
		t.Errorf("an edition is missing: %v", err)
	}
}

func TestRevealsAreSigned(t *testing.T) {
	w, key := open(t)
	signer, err := key.Signer()
	if err != nil {
		t.Fatal(err)
	}
	r := Reveal{Table: "surrender_to", Row: "mp_qaboun", Column: "released", Reason: "they asked", Name: "Reviewer a", Key: key.VerifierKey(), Day: "2026-11-27"}
	if _, err := Sign(Reveal{Table: "fate", Reason: " "}, signer); err == nil {
		t.Error("signed without a reason")
	}
	write, err := Sign(r, signer)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Put(write); err != nil {
		t.Fatal(err)
	}
	all, err := Reveals(w)
	if err != nil || len(all) != 1 || all[0].Reason != "they asked" {
		t.Fatal(all, err)
	}
	some := set(30)
	for range 20 {
		some.Add(&facts.Facts{Case: "C", Sources: 1, One: map[string]string{"surrender_to": "mp_qaboun", "fate": "missing"}})
	}
	for i := range 14 {
		some.Add(&facts.Facts{Case: "C", Sources: 1, One: map[string]string{"surrender_to": []string{"mp_qaboun", "mp", "unit", "centre", "mi"}[i%5], "fate": "released"}})
	}
	p, _, err := Publish(w, some)
	if err != nil || len(p.Refused) > 0 {
		t.Fatal(err, p.Refused)
	}
	for _, table := range p.Tables {
		if cell, ok := table.Cell("mp_qaboun", "released"); table.ID == "surrender_to" && ok && (cell.State != tables.Revealed || cell.Value != 3) {
			t.Errorf("the cell is %+v", cell)
		}
	}
	// One of another cell under this key, and one that was changed, are found.
	moved := write
	moved.Key = cell("fate", "released", "all")
	if err := w.Put(moved); err != nil {
		t.Fatal(err)
	}
	if _, err := Reveals(w); !errors.Is(err, ErrDamaged) {
		t.Errorf("a reveal was moved: %v", err)
	}
	if err := w.Put(Withdraw("fate", "released", "all")); err != nil {
		t.Fatal(err)
	}
	forged := r
	forged.Key = "amana-reviewer+00000000+AAAA"
	write, _ = Sign(forged, signer)
	if err := w.Put(write); err != nil {
		t.Fatal(err)
	}
	if _, err := Reveals(w); !errors.Is(err, attest.ErrSignature) {
		t.Errorf("a reveal was forged: %v", err)
	}
}
