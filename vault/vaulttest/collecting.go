package vaulttest

import (
	"bytes"
	"context"
	"testing"

	"amana/vault"
)

// Receipt returns the receipt for a testimony.
func Receipt(rec *vault.Record) vault.Receipt {
	return vault.Receipt{ID: rec.ID, PayloadSum: rec.PayloadSum}
}

// collectAll fails the test if one of the testimonies cannot be marked.
func collectAll(t *testing.T, s vault.Store, ids ...vault.ID) {
	t.Helper()
	var receipts []vault.Receipt
	for _, id := range ids {
		receipts = append(receipts, Receipt(record(t, s, id)))
	}
	got, err := s.Collect(t.Context(), receipts)
	refused(t, "Collect", got, err)
}

// collected fails the test unless the record says so, or does not.
func collected(t *testing.T, s vault.Reader, id vault.ID, want bool) {
	t.Helper()
	if rec := record(t, s, id); rec.Collected != want {
		t.Errorf("%s is collected: %v, want %v", id, rec.Collected, want)
	}
}

// testCollect marks a testimony and takes it through a rotation: it stays marked.
func testCollect(t *testing.T, h Harness, s vault.Store) vault.Store {
	header, payload := Header(1600, 1), Payload(70000, 1)
	id, err := Put(t.Context(), s, header, payload, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Put(t.Context(), s, Header(1700, 2), nil, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	var next *vault.Next
	epoch := Label.Epoch
	check := func(when string, isDue bool) {
		t.Helper()
		due(t, s, isDue)
		for range 2 {
			holds(t, s, id, header, epoch, next, payload)
			collected(t, s, id, true)
			collected(t, s, other, false)
			looks(t, s, when, []vault.ID{id, other}, []vault.State{vault.Collected, vault.Kept})
			Counted(t, s, when)
			s = h.Reopen(t, s)
		}
	}
	for range 2 {
		collectAll(t, s, id)
		check("collected", false)
	}
	slip := Slip(record(t, s, id), epoch+1, byA, 2000, 2)
	propose(t, s, slip, Slip(record(t, s, other), epoch+1, byA, 2000, 3))
	next = &slip.Next
	check("with a header waiting", false)
	collectAll(t, s, id)
	check("collected again", false)
	settle(t, s, epoch+1, byB, Confirm(slip))
	header, epoch, next = slip.Next.Header, epoch+1, nil
	check("settled", true)
	// Both ways round.
	collectAll(t, s, other)
	if rec := record(t, s, other); !rec.Collected || rec.Next == nil || !bytes.Equal(rec.Header, Header(1700, 2)) {
		t.Errorf("marking %s changed something else: %+v", other, rec)
	}
	Counted(t, s, "with both collected")
	if u, err := s.Usage(t.Context()); err != nil || u.Collected != 2 {
		t.Errorf("%d are counted as collected, %v; want 2", u.Collected, err)
	}
	return s
}

func testCollectRefused(t *testing.T, h Harness, s vault.Store) vault.Store {
	ids := make([]vault.ID, 4)
	for i := range ids {
		var err error
		if ids[i], err = Put(t.Context(), s, Header(1600, uint64(i)), Payload(500, uint64(i)), 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	removeAll(t, s, 1, ids[3])
	good := Receipt(record(t, s, ids[0]))
	unknown := vault.Receipt{ID: vault.NewID(), PayloadSum: good.PayloadSum}
	zero := vault.Receipt{PayloadSum: good.PayloadSum}
	gone := vault.Receipt{ID: ids[3], PayloadSum: good.PayloadSum}
	mixed := vault.Receipt{ID: ids[1], PayloadSum: good.PayloadSum}
	none := vault.Receipt{ID: ids[2]}
	for range 2 {
		got, err := s.Collect(t.Context(), []vault.Receipt{unknown, good, zero, gone, mixed, none, good})
		refused(t, "Collect", got, err, vault.Refusal{ID: unknown.ID, Err: vault.ErrNotFound},
			vault.Refusal{ID: zero.ID, Err: vault.ErrNotFound}, vault.Refusal{ID: gone.ID, Err: vault.ErrNotFound},
			vault.Refusal{ID: mixed.ID, Err: vault.ErrStale}, vault.Refusal{ID: none.ID, Err: vault.ErrStale})
		for i, want := range []bool{true, false, false} {
			collected(t, s, ids[i], want)
		}
		Counted(t, s, "with some refused")
		s = h.Reopen(t, s)
	}
	// One that is marked is refused for another payload all the same.
	bad := good
	bad.PayloadSum[31] ^= 1
	got, err := s.Collect(t.Context(), []vault.Receipt{bad})
	refused(t, "another payload", got, err, vault.Refusal{ID: bad.ID, Err: vault.ErrStale})
	collected(t, s, good.ID, true)
	got, err = s.Collect(t.Context(), nil)
	refused(t, "nothing", got, err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Collect(ended, []vault.Receipt{Receipt(record(t, s, ids[1]))})
	wantErr(t, "Collect", err, context.Canceled)
	collected(t, s, ids[1], false)
	due(t, s, false)
	return s
}
