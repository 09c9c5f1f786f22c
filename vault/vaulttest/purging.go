package vaulttest

import (
	"context"
	"slices"
	"testing"

	"amana/vault"
)

// purgeAll fails the test unless exactly n of the testimonies are purged.
func purgeAll(t *testing.T, s vault.Store, n int, ids ...vault.ID) {
	t.Helper()
	if got, err := s.Purge(t.Context(), ids); err != nil || got != n {
		t.Errorf("Purge: %d, %v; want %d", got, err, n)
	}
}

// AllPurged returns the ids of all that was purged, read in pages of the given size.
func AllPurged(ctx context.Context, s vault.Reader, page int) ([]vault.ID, error) {
	var all []vault.ID
	var after vault.ID
	for {
		ids, err := s.Purged(ctx, after, page)
		all = append(all, ids...)
		if err != nil || len(ids) < page {
			return all, err
		}
		after = ids[len(ids)-1]
	}
}

// purgedAre fails the test unless Purged lists exactly these, however they are asked
// for, and nothing else knows of them.
func purgedAre(t *testing.T, s vault.Store, ids ...vault.ID) {
	t.Helper()
	want := slices.Clone(ids)
	slices.SortFunc(want, func(a, b vault.ID) int { return slices.Compare(a[:], b[:]) })
	for _, page := range []int{1, 2, len(ids) + 1} {
		if got, err := AllPurged(t.Context(), s, page); err != nil || !slices.Equal(got, want) {
			t.Errorf("Purged lists %v by %d, %v; want %v", got, page, err, want)
		}
	}
	looks(t, s, "for what was purged", ids, slices.Repeat([]vault.State{vault.Purged}, len(ids)))
	all, err := All(t.Context(), s, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range all {
		if slices.Contains(ids, rec.ID) {
			t.Errorf("%s was purged and is listed", rec.ID)
		}
	}
	for _, id := range ids {
		_, err := s.Open(t.Context(), id)
		wantErr(t, "Open of one that was purged", err, vault.ErrNotFound)
		_, err = s.CreateAs(t.Context(), id)
		wantErr(t, "CreateAs over one that was purged", err, vault.ErrTaken)
	}
}

// testPurge purges testimonies in every state: only those that a reviewer has signed
// for go, and what stays of them stays whatever is done.
func testPurge(t *testing.T, h Harness, s vault.Store) vault.Store {
	purgedAre(t, s)
	ids := make([]vault.ID, 5)
	for i := range ids {
		var err error
		if ids[i], err = Put(t.Context(), s, Header(1600, uint64(i)), Payload([]int{70000, 0}[i%2], uint64(i)), 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	plain, empty, waiting, stays, left := ids[0], ids[1], ids[2], ids[3], ids[4]
	receipts := []vault.Receipt{Receipt(record(t, s, plain)), Receipt(record(t, s, empty))}
	slip := Slip(record(t, s, waiting), Label.Epoch+1, byA, 2000, 10)
	propose(t, s, slip)
	collectAll(t, s, plain, empty, waiting, stays)
	purgeAll(t, s, 0)
	purgeAll(t, s, 0, vault.NewID(), vault.ID{}, left)
	due(t, s, false) // nothing was dropped
	purgeAll(t, s, 2, plain, left, empty, plain)
	due(t, s, true)
	purgeAll(t, s, 1, waiting, plain)
	for range 3 {
		purgedAre(t, s, plain, empty, waiting)
		kept(t, s, left, Header(1600, 4), Payload(70000, 4))
		collected(t, s, stays, true)
		looks(t, s, "beside what was purged", []vault.ID{stays, left, vault.NewID()}, []vault.State{vault.Collected, vault.Kept, vault.Absent})
		Counted(t, s, "with some purged")
		sound(t, s)
		// The same acknowledgement again is no mistake; a header for it is.
		got, err := s.Collect(t.Context(), receipts)
		refused(t, "Collect", got, err)
		got, err = s.Propose(t.Context(), []vault.Slip{slip})
		refused(t, "Propose", got, err, vault.Refusal{ID: waiting, Err: vault.ErrNotFound})
		got, err = s.Settle(t.Context(), slip.Next.Epoch, byB, []vault.Confirmed{Confirm(slip)})
		refused(t, "Settle", got, err, vault.Refusal{ID: waiting, Err: vault.ErrNotFound})
		removeAll(t, s, 0, plain, empty, waiting)
		purgeAll(t, s, 0, plain, empty, waiting)
		s = h.Reopen(t, s)
		due(t, s, false)
		if err := s.Rewrite(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	purgeAll(t, s, 1, stays)
	removeAll(t, s, 1, left)
	purgedAre(t, s, plain, empty, waiting, stays)
	empty2 := h.Reopen(t, s)
	if u, err := empty2.Usage(t.Context()); err != nil || u.Testimonies != 0 || u.Collected != 0 || u.Bytes != 0 || len(u.ByDay) != 0 {
		t.Errorf("usage %+v, %v; nothing should be counted", u, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := empty2.Purge(ended, ids)
	wantErr(t, "Purge", err, context.Canceled)
	_, err = empty2.Purged(ended, vault.ID{}, 5)
	wantErr(t, "Purged", err, context.Canceled)
	return empty2
}
