package vaulttest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"amana/vault"
)

// testRotateMany rotates more than one transaction takes, with some refused.
func testRotateMany(t *testing.T, h Harness, s vault.Store) vault.Store {
	const n, size = 400, 20000
	each(8, func(i int) {
		for j := range n / 8 {
			if _, err := Put(t.Context(), s, Header(3000, uint64(i*n+j)), Payload(20, uint64(i*n+j)), 1<<20); err != nil {
				t.Error(err)
			}
		}
	})
	all, err := All(t.Context(), s, 64)
	if err != nil {
		t.Fatal(err)
	}
	epoch := Label.Epoch + 1
	var slips []vault.Slip
	var confirmed []vault.Confirmed
	var want, wantSettle []vault.Refusal
	for i := range all {
		slip := Slip(&all[i], epoch, byA, size, uint64(1000+i))
		confirmed = append(confirmed, Confirm(slip))
		if i%100 == 50 {
			slip.Replaces[0] ^= 1
			want = append(want, vault.Refusal{ID: slip.ID, Err: vault.ErrStale})
			wantSettle = want
		}
		slips = append(slips, slip)
	}
	for _, when := range []string{"at first", "again", "opened again"} {
		got, err := s.Propose(t.Context(), slips)
		refused(t, "Propose "+when, got, err, want...)
		Counted(t, s, "proposed "+when)
		if when == "again" {
			s = h.Reopen(t, s)
		}
	}
	for _, when := range []string{"at first", "again", "opened again"} {
		got, err := s.Settle(t.Context(), epoch, byB, confirmed)
		refused(t, "Settle "+when, got, err, wantSettle...)
		Counted(t, s, "settled "+when)
		if when == "again" {
			s = h.Reopen(t, s)
		}
	}
	if err := s.Rewrite(t.Context()); err != nil {
		t.Fatalf("Rewrite: %v", err)
	}
	now, err := All(t.Context(), s, 64)
	if err != nil || len(now) != len(all) {
		t.Fatalf("%d are listed afterwards, %v", len(now), err)
	}
	for i := range now {
		header, epoch := slips[i].Next.Header, epoch
		if i%100 == 50 {
			header, epoch = all[i].Header, Label.Epoch
		}
		if now[i].ID != all[i].ID || !bytes.Equal(now[i].Header, header) || now[i].HeaderEpoch != epoch || now[i].Next != nil {
			t.Errorf("%s has the wrong header afterwards", now[i].ID)
		}
	}
	Counted(t, s, "after a rewrite")
	return s
}

// testRotateAmidst rotates and rewrites again and again while testimonies arrive,
// are read slowly, listed and checked. Nobody notices.
func testRotateAmidst(t *testing.T, h Harness, s vault.Store) vault.Store {
	const writers, rounds = 4, 25
	stop := make(chan struct{})
	turned := make(chan int)
	go func() { // the operator
		n := 0
		defer func() { turned <- n }()
		for {
			select {
			case <-stop:
				return
			default:
			}
			all, err := All(t.Context(), s, 10)
			if err != nil {
				t.Error(err)
				return
			}
			n++
			for i := range all {
				rec := &all[i]
				slip := Slip(rec, rec.HeaderEpoch+1, byA, 1000+10*n, uint64(n*1000+i))
				refused, err := s.Propose(t.Context(), []vault.Slip{slip})
				if err == nil && len(refused) == 0 && i%3 > 0 {
					refused, err = s.Settle(t.Context(), slip.Next.Epoch, byB, []vault.Confirmed{Confirm(slip)})
				}
				if err != nil || len(refused) > 0 {
					t.Errorf("rotate: %v, %v", refused, err)
					return
				}
				if i%20 == 0 {
					if err := s.Rewrite(t.Context()); err != nil {
						t.Errorf("Rewrite: %v", err)
						return
					}
				}
			}
		}
	}()
	payloads := make([]map[vault.ID][]byte, writers)
	each(writers, func(w int) {
		payloads[w] = map[vault.ID][]byte{}
		for i := range rounds {
			seed := uint64(w*rounds + i)
			header, payload := Header(1600, seed), Payload(1000+i*i*300, seed)
			id, err := Put(t.Context(), s, header, payload, 8<<10)
			if err != nil {
				t.Error(err)
				return
			}
			payloads[w][id] = payload
			// What was opened is read to its end with one header.
			r, err := s.Open(t.Context(), id)
			if err != nil {
				t.Error(err)
				return
			}
			var got []byte
			buf := make([]byte, 4000)
			for err == nil {
				var n int
				n, err = r.Read(buf)
				got = append(got, buf[:n]...)
			}
			r.Close()
			if err != io.EOF || !bytes.HasSuffix(got, payload) || !bytes.HasPrefix(got, []byte("age-encryption.org/v1\n")) {
				t.Errorf("%s came back different (%v)", id, err)
			}
			if i%8 == 0 {
				sound(t, s)
			}
		}
	})
	close(stop)
	if n := <-turned; n == 0 {
		t.Error("the operator never came to a turn")
	}
	for range 2 {
		count := 0
		for _, all := range payloads {
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

func testRotateCancel(t *testing.T, _ Harness, s vault.Store) vault.Store {
	header, payload := Header(1600, 1), Payload(500, 1)
	id, err := Put(t.Context(), s, header, payload, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	slip := Slip(record(t, s, id), 9, byA, 2000, 2)
	_, err = s.Propose(ended, []vault.Slip{slip})
	wantErr(t, "Propose", err, context.Canceled)
	holds(t, s, id, header, Label.Epoch, nil, payload)
	propose(t, s, slip)
	_, err = s.Settle(ended, 9, byB, []vault.Confirmed{Confirm(slip)})
	wantErr(t, "Settle", err, context.Canceled)
	holds(t, s, id, header, Label.Epoch, &slip.Next, payload)
	settle(t, s, 9, byB, Confirm(slip))
	wantErr(t, "Rewrite", s.Rewrite(ended), context.Canceled)
	due(t, s, true)
	holds(t, s, id, slip.Next.Header, 9, nil, payload)
	// Cancelled at any moment it is done, or still due.
	for i := range 40 {
		ctx, cancel := context.WithCancel(t.Context())
		next := Slip(record(t, s, id), uint32(10+i), byA, 2000, uint64(10+i))
		propose(t, s, next)
		settle(t, s, next.Next.Epoch, byB, Confirm(next))
		go func() {
			for range i * 2000 {
				if ctx.Err() != nil {
					return
				}
			}
			cancel()
		}()
		err := s.Rewrite(ctx)
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled Rewrite: %v", err)
		}
		due(t, s, err != nil)
		holds(t, s, id, next.Next.Header, next.Next.Epoch, nil, payload)
	}
	return s
}

// testRewriteDue leaves a rewrite to the next opening.
func testRewriteDue(t *testing.T, h Harness, s vault.Store) vault.Store {
	payload := Payload(500, 1)
	id, err := Put(t.Context(), s, Header(1600, 1), payload, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	slip := Slip(record(t, s, id), 9, byA, 2000, 2)
	propose(t, s, slip)
	due(t, s, false)
	settle(t, s, 9, byB, Confirm(slip))
	due(t, s, true)
	s = h.Reopen(t, s)
	due(t, s, false)
	holds(t, s, id, slip.Next.Header, 9, nil, payload)
	Counted(t, s, "opened again")
	return s
}

func testRewriteEmpty(t *testing.T, h Harness, s vault.Store) vault.Store {
	for range 2 {
		if err := s.Rewrite(t.Context()); err != nil {
			t.Errorf("Rewrite: %v", err)
		}
		empty(t, s)
		sound(t, s)
		s = h.Reopen(t, s)
	}
	id, err := Put(t.Context(), s, Header(1600, 1), Payload(500, 1), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	kept(t, s, id, Header(1600, 1), Payload(500, 1))
	return s
}
