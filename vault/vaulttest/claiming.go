package vaulttest

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"amana/vault"
)

// testCreateAs and testCreateNote keep something under an id that the suite chose.
func testCreateAs(t *testing.T, h Harness, s vault.Store) vault.Store {
	return testClaim(t, h, s, vault.Store.CreateAs)
}

func testCreateNote(t *testing.T, h Harness, s vault.Store) vault.Store {
	return testClaim(t, h, s, vault.Store.CreateNote)
}

func testClaim(t *testing.T, h Harness, s vault.Store, create func(vault.Store, context.Context, vault.ID) (vault.Pending, error)) vault.Store {
	for i, size := range []int{0, 100, 70000, 3 << 20} {
		header, payload := Header(1600, uint64(i)), Payload(size, uint64(i))
		id := vault.NewID()
		p, err := create(s, t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		taken := func(when string) {
			t.Helper()
			_, err := create(s, t.Context(), id)
			wantErr(t, "CreateAs of an id that is "+when, err, vault.ErrTaken)
		}
		taken("claimed")
		p.Write(header)
		taken("on its way")
		p.Write(payload)
		taken("nearly there")
		if got, err := p.Commit(Label); err != nil || got != id {
			t.Fatalf("Commit: %s, %v; want %s", got, err, id)
		}
		taken("kept")
		p.Abort()
		s = h.Reopen(t, s)
		taken("kept since before")
		kept(t, s, id, header, payload)
		if err := PutAs(t.Context(), s, vault.NewID(), header, payload, 1<<20); err != nil {
			t.Errorf("another id: %v", err)
		}
	}
	id, err := Put(t.Context(), s, Header(1600, 9), nil, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	_, err = create(s, t.Context(), id)
	wantErr(t, "CreateAs of an id of Create", err, vault.ErrTaken)
	_, err = create(s, t.Context(), vault.ID{})
	wantErr(t, "CreateAs of the zero id", err, errAny)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = create(s, ended, vault.NewID())
	wantErr(t, "CreateAs", err, context.Canceled)
	if all, err := All(t.Context(), s, 5); err != nil || len(all) != 9 {
		t.Errorf("%d testimonies are listed, %v; want 9", len(all), err)
	}
	return s
}

// testCreateAsAtOnce claims one id many times at once, and others that are just
// being committed, aborted and removed. One claim wins, and what is kept is whole.
func testCreateAsAtOnce(t *testing.T, _ Harness, s vault.Store) vault.Store {
	const claims = 8
	for round := range 60 {
		id := vault.NewID()
		var won atomic.Int32
		each(claims, func(i int) {
			header, payload := Header(1600, uint64(i)), Payload(2000*(i%3)+round*3000*(round%2), uint64(i))
			for range 4 {
				err := PutAs(t.Context(), s, id, header, payload, 16<<10)
				if err == nil {
					won.Add(1)
					kept(t, s, id, header, payload)
				} else if !errors.Is(err, vault.ErrTaken) {
					t.Error(err)
				}
			}
		})
		if won.Load() != 1 {
			t.Fatalf("%d of %d got the id", won.Load(), claims)
		}
	}
	// With removals and aborts between, what is under the id is always of one hand.
	id := vault.NewID()
	var begun atomic.Int32
	each(claims, func(i int) {
		for n := range 40 {
			header, payload := Header(1600, uint64(i)), Payload(1000*(n%3), uint64(i))
			switch n % 4 {
			case 0, 1:
				if err := PutAs(t.Context(), s, id, header, payload, 1<<20); err == nil {
					begun.Add(1)
				} else if !errors.Is(err, vault.ErrTaken) {
					t.Error(err)
				}
			case 2:
				if _, err := s.Remove(t.Context(), []vault.ID{id}); err != nil {
					t.Error(err)
				}
			case 3:
				if p, err := s.CreateAs(t.Context(), id); err == nil {
					p.Write(header)
					p.Write(payload)
					p.Abort()
				} else if !errors.Is(err, vault.ErrTaken) {
					t.Error(err)
				}
			}
			sound(t, s)
			if t.Failed() {
				return
			}
		}
	})
	if begun.Load() == 0 {
		t.Error("nothing was ever kept under the id")
	}
	Counted(t, s, "after claims at once")
	return s
}

// looks fails the test unless Look says these of those.
func looks(t *testing.T, s vault.Store, when string, ids []vault.ID, want []vault.State) {
	t.Helper()
	got, err := s.Look(t.Context(), ids)
	if err != nil || len(got) != len(ids) {
		t.Fatalf("Look %s: %d states, %v; want %d", when, len(got), err, len(ids))
	}
	for i := range ids {
		if got[i] != want[i] {
			t.Errorf("Look %s says %d of id %d, want %d", when, got[i], i, want[i])
		}
	}
}

// beside returns the ids just below and above.
func beside(id vault.ID) []vault.ID {
	below, above := id, id
	for i := 15; i >= 0; i-- {
		if below[i]--; below[i] != 0xff {
			break
		}
	}
	for i := 15; i >= 0; i-- {
		if above[i]++; above[i] != 0 {
			break
		}
	}
	return []vault.ID{below, above}
}

// testLook asks for ids that are there, for ids beside them, and for ids that
// nothing was ever kept under.
func testLook(t *testing.T, h Harness, s vault.Store) vault.Store {
	strange := []vault.ID{{}, vault.NewID(), {0xff, 0xff}}
	looks(t, s, "in an empty vault", strange, make([]vault.State, 3))
	looks(t, s, "for nothing", nil, nil)
	ids, want := strange, make([]vault.State, 3)
	add := func(id vault.ID, state vault.State) {
		ids, want = append(append(ids, id), beside(id)...), append(want, state, vault.Absent, vault.Absent)
	}
	for i := range 60 {
		id, err := Put(t.Context(), s, Header(1600+i*200, uint64(i)), Payload(i*100, uint64(i)), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		state := vault.Kept
		switch i % 3 {
		case 1:
			collectAll(t, s, id)
			state = vault.Collected
		case 2:
			removeAll(t, s, 1, id)
			state = vault.Absent
		}
		add(id, state)
		looks(t, s, fmt.Sprintf("after %d", i), ids, want)
	}
	p, err := s.CreateAs(t.Context(), vault.NewID())
	if err != nil {
		t.Fatal(err)
	}
	p.Write(Header(1600, 1))
	p.Write(Payload(3<<20, 1))
	pending := vault.NewID()
	q, err := s.CreateAs(t.Context(), pending)
	if err != nil {
		t.Fatal(err)
	}
	q.Write(Header(1600, 1))
	q.Write(Payload(3<<20, 1))
	add(pending, vault.Absent) // it is on its way
	for range 2 {
		looks(t, s, "in the end", append(ids, ids...), append(want, want...))
		if err := s.Rewrite(t.Context()); err != nil {
			t.Fatal(err)
		}
		looks(t, s, "after a rewrite", ids, want)
		s = h.Reopen(t, s)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Look(ended, ids)
	wantErr(t, "Look", err, context.Canceled)
	return s
}
