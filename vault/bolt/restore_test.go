package bolt

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"

	"amana/vault"
	"amana/vault/vaulttest"
)

// TestRestore puts what one vault holds, in every state, into another.
func TestRestore(t *testing.T) {
	dir, kept := fullVault(t)
	from, err := Open(dir, Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	rotate(t, from)
	ids := firstIDs(kept)
	some, err := receipts(from, ids)
	if err == nil {
		err = none(from.Collect(t.Context(), some))
	}
	if err != nil {
		t.Fatal(err)
	}
	slips, _, err := rotation(from, 9)
	if err == nil {
		err = none(from.Propose(t.Context(), slips[1:]))
	}
	if err != nil {
		t.Fatal(err)
	}
	if n, err := from.Purge(t.Context(), ids[:2]); err != nil || n != 2 {
		t.Fatalf("%d are purged, %v", n, err)
	}
	to := create(t)
	all, err := vaulttest.All(t.Context(), from, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		rec := &all[i]
		whole, err := vaulttest.Get(t.Context(), from, rec.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := restore(t, to, *rec, whole[len(rec.Header):]); err != nil {
			t.Fatal(err)
		}
	}
	purged, err := vaulttest.AllPurged(t.Context(), from, 10)
	if err == nil {
		err = to.RestorePurged(t.Context(), purged)
	}
	if err != nil || len(purged) != 2 {
		t.Fatalf("%d are purged, %v", len(purged), err)
	}
	for range 2 {
		vaulttest.Counted(t, to, "restored")
		if found := vaulttest.Findings(t, to); len(found) > 0 {
			t.Errorf("restored, it is found damaged: %v", found)
		}
		for id := range kept {
			want, err := from.headers.value(id)
			got, err2 := to.headers.value(id)
			if err := errors.Join(err, err2); err != nil || !bytes.Equal(got, want) {
				t.Errorf("the record of %s is another: %v", id, err)
			}
			one, err := vaulttest.Get(t.Context(), from, id)
			other, err2 := vaulttest.Get(t.Context(), to, id)
			if !bytes.Equal(one, other) || (err == nil) != (err2 == nil) {
				t.Errorf("%s reads otherwise: %v, %v", id, err, err2)
			}
		}
		to = reopen(t, to)
	}
	if err := to.RestorePurged(t.Context(), []vault.ID{vault.NewID(), ids[5]}); !errors.Is(err, vault.ErrTaken) {
		t.Errorf("over a testimony: %v", err)
	}
	if err := to.RestorePurged(t.Context(), ids[:1]); !errors.Is(err, vault.ErrTaken) {
		t.Errorf("twice: %v", err)
	}
	if got, err := vaulttest.AllPurged(t.Context(), to, 10); err != nil || len(got) != 2 {
		t.Errorf("what was refused is kept: %v, %v", got, err)
	}
	to.Close()
}

func restore(t *testing.T, s *Store, rec vault.Record, payload []byte) error {
	t.Helper()
	r, err := s.Restore(t.Context(), rec.ID)
	if err != nil {
		return err
	}
	defer r.Abort()
	if len(payload) > 0 {
		if _, err := r.Write(payload); err != nil {
			return err
		}
	}
	return r.Commit(rec)
}

// TestRestoreRefused hands over records that no vault could have written: nothing of
// them is kept, and the right one is taken afterwards.
func TestRestoreRefused(t *testing.T) {
	s := create(t)
	defer s.Close()
	payload := vaulttest.Payload(100000, 1)
	good := func() vault.Record {
		rec := vault.Record{ID: vault.ID{7}, Label: vaulttest.Label, Header: vaulttest.Header(1700, 1), HeaderEpoch: 5,
			Next: &vault.Next{Epoch: 6, Header: vaulttest.Header(1800, 2)}, PayloadSize: int64(len(payload)), PayloadSum: sha256.Sum256(payload)}
		return rec
	}
	for name, change := range map[string]func(*vault.Record){
		"another payload":        func(rec *vault.Record) { rec.PayloadSum[0] ^= 1 },
		"another size":           func(rec *vault.Record) { rec.PayloadSize++ },
		"another id":             func(rec *vault.Record) { rec.ID[5] ^= 1 },
		"no header":              func(rec *vault.Record) { rec.Header = nil },
		"half a header":          func(rec *vault.Record) { rec.Header = rec.Header[:500] },
		"a header and more":      func(rec *vault.Record) { rec.Header = append(rec.Header, 'x') },
		"no next header":         func(rec *vault.Record) { rec.Next.Header = nil },
		"a next for no roster":   func(rec *vault.Record) { rec.Next.Epoch = 0 },
		"a next for an old one":  func(rec *vault.Record) { rec.Next.Epoch = 4 },
		"a header for an old":    func(rec *vault.Record) { rec.HeaderEpoch = 2 },
		"a time in the day":      func(rec *vault.Record) { rec.Day = "2026-11-22T10:00" },
		"a day that there's not": func(rec *vault.Record) { rec.Day = "2026-22-11" },
	} {
		rec := good()
		change(&rec)
		r, err := s.Restore(t.Context(), vault.ID{7})
		for errors.Is(err, vault.ErrTaken) { // the committer takes a moment to clean up
			r, err = s.Restore(t.Context(), vault.ID{7})
			s.inside.Store(0)
		}
		if err != nil {
			t.Fatal(err)
		}
		r.Write(payload)
		if err := r.Commit(rec); !errors.Is(err, ErrRecord) && !errors.Is(err, vault.ErrNotAge) {
			t.Errorf("%s: %v", name, err)
		}
		r.Abort()
	}
	if all, err := vaulttest.All(t.Context(), s, 5); err != nil || len(all) != 0 {
		t.Errorf("%d are kept, %v", len(all), err)
	}
	rec := good()
	rec.ID = vault.ID{8}
	if err := restore(t, s, rec, payload); err != nil {
		t.Fatal(err)
	}
	if err := restore(t, s, rec, payload); !errors.Is(err, vault.ErrTaken) {
		t.Errorf("twice: %v", err)
	}
	if _, err := s.Restore(t.Context(), vault.ID{}); err == nil {
		t.Error("the zero id is taken")
	}
	vaulttest.Counted(t, s, "in the end")
}
