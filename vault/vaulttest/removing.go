package vaulttest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	"amana/vault"
)

// removeAll fails the test unless exactly n of the testimonies are removed.
func removeAll(t *testing.T, s vault.Store, n int, ids ...vault.ID) {
	t.Helper()
	if got, err := s.Remove(t.Context(), ids); err != nil || got != n {
		t.Errorf("Remove: %d, %v; want %d", got, err, n)
	}
}

// absent fails the test if there is still anything of a testimony to be seen.
func absent(t *testing.T, s vault.Store, id vault.ID) {
	t.Helper()
	_, err := s.Open(t.Context(), id)
	wantErr(t, "Open of one that was removed", err, vault.ErrNotFound)
	looks(t, s, "for one that was removed", []vault.ID{id}, []vault.State{vault.Absent})
	all, err := All(t.Context(), s, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range all {
		if rec.ID == id {
			t.Errorf("%s was removed and is listed", id)
		}
	}
}

// testRemove removes testimonies in every state.
func testRemove(t *testing.T, h Harness, s vault.Store) vault.Store {
	ids := make([]vault.ID, 6)
	for i := range ids {
		var err error
		if ids[i], err = Put(t.Context(), s, Header(1600, uint64(i)), Payload([]int{0, 70000}[i%2], uint64(i)), 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	plain, waiting, settled, taken, stays, empties := ids[1], ids[3], ids[0], ids[5], ids[2], ids[4]
	slip := Slip(record(t, s, waiting), Label.Epoch+1, byA, 2000, 10)
	again := Slip(record(t, s, settled), Label.Epoch+1, byA, 2000, 11)
	propose(t, s, slip, again)
	settle(t, s, Label.Epoch+1, byB, Confirm(again))
	collectAll(t, s, taken)
	if err := s.Rewrite(t.Context()); err != nil {
		t.Fatal(err)
	}
	due(t, s, false)
	removeAll(t, s, 0)
	removeAll(t, s, 0, vault.NewID(), vault.ID{}, taken)
	due(t, s, false) // nothing was dropped
	removeAll(t, s, 1, plain, vault.NewID(), plain, taken)
	due(t, s, true)
	removeAll(t, s, 3, waiting, settled, plain, empties)
	receipt := vault.Receipt{ID: waiting}
	confirmed := Confirm(slip)
	for _, when := range []string{"at once", "opened again", "written anew"} {
		for _, id := range []vault.ID{plain, waiting, settled, empties} {
			absent(t, s, id)
		}
		kept(t, s, taken, Header(1600, 5), Payload(70000, 5))
		kept(t, s, stays, Header(1600, 2), nil)
		collected(t, s, taken, true)
		Counted(t, s, when)
		sound(t, s)
		got, err := s.Propose(t.Context(), []vault.Slip{slip})
		refused(t, "Propose", got, err, vault.Refusal{ID: waiting, Err: vault.ErrNotFound})
		got, err = s.Settle(t.Context(), slip.Next.Epoch, byB, []vault.Confirmed{confirmed})
		refused(t, "Settle", got, err, vault.Refusal{ID: waiting, Err: vault.ErrNotFound})
		got, err = s.Collect(t.Context(), []vault.Receipt{receipt})
		refused(t, "Collect", got, err, vault.Refusal{ID: waiting, Err: vault.ErrNotFound})
		removeAll(t, s, 0, ids[0], ids[1], ids[3], ids[4])
		s = h.Reopen(t, s)
		due(t, s, false)
		if err := s.Rewrite(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	// The last one too, and then another.
	removeAll(t, s, 1, stays)
	s = h.Reopen(t, s)
	if u, err := s.Usage(t.Context()); err != nil || u.Testimonies != 1 || u.Collected != 1 {
		t.Errorf("usage %+v, %v", u, err)
	}
	id, err := Put(t.Context(), s, Header(1600, 20), Payload(5000, 20), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	kept(t, s, id, Header(1600, 20), Payload(5000, 20))
	return s
}

// testRemoveMany removes more than one transaction takes, and asks for more ids than
// one looks at.
func testRemoveMany(t *testing.T, h Harness, s vault.Store) vault.Store {
	const n = 320
	each(8, func(i int) {
		for j := range n / 8 {
			seed := uint64(i*n + j)
			if _, err := Put(t.Context(), s, Header(20000, seed), Payload(20, seed), 1<<20); err != nil {
				t.Error(err)
			}
		}
	})
	all, err := All(t.Context(), s, 64)
	if err != nil {
		t.Fatal(err)
	}
	var ids, marked []vault.ID
	for i, rec := range all {
		if i%10 == 3 {
			marked = append(marked, rec.ID)
		}
		if i%10 != 7 {
			ids = append(ids, rec.ID)
		}
		for range 30 {
			ids = append(ids, vault.NewID())
		}
	}
	collectAll(t, s, marked...)
	removeAll(t, s, n*8/10, ids...)
	for _, when := range []string{"at once", "opened again"} {
		now, err := All(t.Context(), s, 64)
		if err != nil || len(now) != n*2/10 {
			t.Fatalf("%s %d are listed, %v; want %d", when, len(now), err, n*2/10)
		}
		Counted(t, s, when)
		s = h.Reopen(t, s)
	}
	return s
}

// testRemoveWhileRead removes a testimony while somebody reads it. What is read is
// never another's, even when something else comes to the same id.
func testRemoveWhileRead(t *testing.T, _ Harness, s vault.Store) vault.Store {
	other, err := Put(t.Context(), s, Header(1600, 99), Payload(3<<20, 99), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range []int{0, 100, 1700, 40000, 1 << 20, 3<<20 + 1000} {
		id := vault.NewID()
		header, payload := Header(1600, uint64(i)), Payload(3<<20, uint64(i))
		whole := append(bytes.Clone(header), payload...)
		if err := PutAs(t.Context(), s, id, header, payload, 1<<20); err != nil {
			t.Fatal(err)
		}
		r, err := s.Open(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		beside, err := s.Open(t.Context(), other)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, at)
		if _, err := io.ReadFull(r, got); err != nil {
			t.Fatal(err)
		}
		removeAll(t, s, 1, id)
		PutAs(t.Context(), s, id, header, Payload(3<<20, uint64(1000+i)), 1<<20) // if it can be had by now
		rest, err := io.ReadAll(r)
		wantErr(t, "Read of one that was removed", err, vault.ErrNotFound)
		if !bytes.HasPrefix(whole, append(got, rest...)) {
			t.Errorf("removed after %d bytes, something else was read", at)
		}
		_, err = r.Read(make([]byte, 1))
		wantErr(t, "Read once more", err, vault.ErrNotFound)
		if data, err := io.ReadAll(beside); err != nil || !bytes.HasSuffix(data, Payload(3<<20, 99)) {
			t.Errorf("another, which stays, is not read to its end: %v", err)
		}
	}
	return s
}

// testRemoveAmidst removes testimonies while others arrive, and all are collected,
// rotated, rewritten, listed, read and checked.
func testRemoveAmidst(t *testing.T, h Harness, s vault.Store) vault.Store {
	const writers, rounds = 4, 30
	stop := make(chan struct{})
	var others sync.WaitGroup
	again := func(what string, do func(all []vault.Record, n int) error) {
		others.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				all, err := All(t.Context(), s, 10)
				if err == nil {
					err = do(all, n)
				}
				if err != nil && !errors.Is(err, vault.ErrNotFound) && !errors.Is(err, vault.ErrStale) {
					t.Errorf("%s: %v", what, err)
					return
				}
			}
		})
	}
	first := func(refused []vault.Refusal, err error) error {
		for _, r := range refused {
			if err == nil || errors.Is(err, vault.ErrNotFound) || errors.Is(err, vault.ErrStale) {
				err = r.Err
			}
		}
		return err
	}
	again("rotate", func(all []vault.Record, n int) error {
		var slips []vault.Slip
		var confirmed []vault.Confirmed
		for i := range all {
			slip := Slip(&all[i], uint32(10+n), byA, 1000, uint64(n*1000+i))
			slips = append(slips, slip)
			if i%3 > 0 {
				confirmed = append(confirmed, Confirm(slip))
			}
		}
		if _, err := s.Propose(t.Context(), slips); err != nil {
			return err
		}
		return first(s.Settle(t.Context(), uint32(10+n), byB, confirmed))
	})
	again("collect", func(all []vault.Record, _ int) error {
		var receipts []vault.Receipt
		for i := range all {
			if all[i].ID[0]%4 == 0 {
				receipts = append(receipts, Receipt(&all[i]))
			}
		}
		return first(s.Collect(t.Context(), receipts))
	})
	again("rewrite", func([]vault.Record, int) error { return s.Rewrite(t.Context()) })
	again("read", func(all []vault.Record, _ int) error {
		for _, rec := range all {
			if _, err := Get(t.Context(), s, rec.ID); err != nil && !errors.Is(err, vault.ErrNotFound) {
				return err
			}
		}
		return nil
	})
	again("check", func([]vault.Record, int) error {
		sound(t, s)
		return nil
	})
	stays := make([]map[vault.ID][]byte, writers)
	each(writers, func(w int) {
		stays[w] = map[vault.ID][]byte{}
		for i := range rounds {
			seed := uint64(w*rounds + i)
			payload := Payload(1000+i*i*200, seed)
			id, err := Put(t.Context(), s, Header(1600, seed), payload, 8<<10)
			if err != nil {
				t.Error(err)
				return
			}
			stays[w][id] = payload
			if i%3 == 0 {
				continue
			}
			n, err := s.Remove(t.Context(), []vault.ID{id, vault.NewID()})
			if err != nil || n == 0 && id[0]%4 != 0 {
				t.Errorf("Remove of %s: %d, %v", id, n, err)
				return
			}
			if n == 1 {
				delete(stays[w], id)
				absent(t, s, id)
			}
		}
	})
	close(stop)
	others.Wait()
	for range 2 {
		count := 0
		for _, all := range stays {
			count += len(all)
			for id, payload := range all {
				if got, err := Get(t.Context(), s, id); err != nil || !bytes.HasSuffix(got, payload) {
					t.Errorf("%s came back different (%v)", id, err)
				}
			}
		}
		if all, err := All(t.Context(), s, 30); err != nil || len(all) != count {
			t.Errorf("%d are listed, %v; want %d", len(all), err, count)
		}
		Counted(t, s, "in the end")
		s = h.Reopen(t, s)
	}
	return s
}

func testRemoveCancel(t *testing.T, _ Harness, s vault.Store) vault.Store {
	header, payload := Header(1600, 1), Payload(500, 1)
	id, err := Put(t.Context(), s, header, payload, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	n, err := s.Remove(ended, []vault.ID{id})
	wantErr(t, "Remove", err, context.Canceled)
	if n != 0 {
		t.Errorf("%d were removed", n)
	}
	kept(t, s, id, header, payload)
	// Cancelled at any moment it is removed and said so, or it is kept.
	for i := range 60 {
		id, err := Put(t.Context(), s, header, payload, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for range i * 500 {
				if ctx.Err() != nil {
					return
				}
			}
			cancel()
		}()
		n, err := s.Remove(ctx, []vault.ID{id})
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled Remove: %v", err)
		}
		if n == 1 {
			absent(t, s, id)
		} else {
			kept(t, s, id, header, payload)
		}
	}
	Counted(t, s, "after cancelled removals")
	return s
}
