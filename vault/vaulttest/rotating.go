package vaulttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"maps"
	"reflect"
	"testing"

	"amana/vault"
)

// byA and byB name two reviewers.
var byA, byB = [16]byte{1, 'a'}, [16]byte{2, 'b'}

// Slip returns a slip for a record: its next header is [Header] of that size and
// seed, for the epoch given.
func Slip(rec *vault.Record, epoch uint32, by [16]byte, size int, seed uint64) vault.Slip {
	return vault.Slip{ID: rec.ID, Replaces: sha256.Sum256(rec.Header), Next: vault.Next{Epoch: epoch, Header: Header(size, seed), By: by}}
}

// Confirm returns the confirmation of a slip.
func Confirm(slip vault.Slip) vault.Confirmed {
	return vault.Confirmed{ID: slip.ID, Replaces: slip.Replaces, Header: sha256.Sum256(slip.Next.Header)}
}

// Counted fails the test unless Usage says what the records say.
func Counted(t testing.TB, s vault.Reader, when string) {
	t.Helper()
	all, err := All(context.Background(), s, 100)
	if err != nil {
		t.Fatal(err)
	}
	want := vault.Usage{ByDay: map[string]int{}, ByEpoch: map[uint32]int{}, Waiting: map[uint32]map[uint32]int{}}
	for _, rec := range all {
		want.Testimonies++
		want.Bytes += rec.Size()
		want.ByDay[rec.Day]++
		want.ByEpoch[rec.HeaderEpoch]++
		if rec.Collected {
			want.Collected++
		}
		if rec.Next != nil {
			if want.Waiting[rec.HeaderEpoch] == nil {
				want.Waiting[rec.HeaderEpoch] = map[uint32]int{}
			}
			want.Waiting[rec.HeaderEpoch][rec.Next.Epoch]++
		}
	}
	u, err := s.Usage(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if u.Testimonies != want.Testimonies || u.Collected != want.Collected || u.Bytes != want.Bytes || !reflect.DeepEqual(u.Waiting, want.Waiting) ||
		!maps.Equal(u.ByDay, want.ByDay) || !maps.Equal(u.ByEpoch, want.ByEpoch) {
		t.Errorf("%s the usage is %+v; the records say %+v", when, u, want)
	}
}

// propose fails the test if a slip is refused.
func propose(t *testing.T, s vault.Store, slips ...vault.Slip) {
	t.Helper()
	refused, err := s.Propose(t.Context(), slips)
	if err != nil {
		t.Fatalf("Propose: %v", err)
	}
	for _, r := range refused {
		t.Errorf("Propose refuses %s: %v", r.ID, r.Err)
	}
}

// settle fails the test if a confirmation is refused.
func settle(t *testing.T, s vault.Store, epoch uint32, by [16]byte, confirmed ...vault.Confirmed) {
	t.Helper()
	refused, err := s.Settle(t.Context(), epoch, by, confirmed)
	if err != nil {
		t.Fatalf("Settle: %v", err)
	}
	for _, r := range refused {
		t.Errorf("Settle refuses %s: %v", r.ID, r.Err)
	}
}

// due fails the test unless a rewrite is due, or none.
func due(t *testing.T, s vault.Reader, want bool) {
	t.Helper()
	if u, err := s.Usage(t.Context()); err != nil || u.RewriteDue != want {
		t.Errorf("a rewrite is due: %v, %v; want %v", u.RewriteDue, err, want)
	}
}

// record returns the record of one testimony.
func record(t *testing.T, s vault.Reader, id vault.ID) *vault.Record {
	t.Helper()
	all, err := All(t.Context(), s, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		if all[i].ID == id {
			return &all[i]
		}
	}
	t.Fatalf("%s is not listed", id)
	return nil
}

// holds fails the test unless the testimony has that header in force, that one
// waiting, and its payload.
func holds(t *testing.T, s vault.Store, id vault.ID, header []byte, epoch uint32, next *vault.Next, payload []byte) {
	t.Helper()
	rec := record(t, s, id)
	if rec.Label != Label || !bytes.Equal(rec.Header, header) || rec.HeaderEpoch != epoch ||
		rec.PayloadSize != int64(len(payload)) || rec.PayloadSum != sha256.Sum256(payload) {
		t.Errorf("the record of %s is for epoch %d with a header of %d bytes; want %d and %d bytes", id, rec.HeaderEpoch, len(rec.Header), epoch, len(header))
	}
	switch {
	case (rec.Next == nil) != (next == nil):
		t.Errorf("%s has %v waiting, want %v", id, rec.Next, next)
	case next != nil && (rec.Next.Epoch != next.Epoch || rec.Next.By != next.By || !bytes.Equal(rec.Next.Header, next.Header)):
		t.Errorf("%s has another header waiting than was proposed last", id)
	}
	if got, err := Get(t.Context(), s, id); err != nil || !bytes.Equal(got, append(bytes.Clone(header), payload...)) {
		t.Errorf("%s does not read back with the header in force: %v", id, err)
	}
}

// testRotate takes one testimony through two rotations, with others beside it.
func testRotate(t *testing.T, h Harness, s vault.Store) vault.Store {
	header, payload := Header(1600, 1), Payload(70000, 1)
	id, err := Put(t.Context(), s, header, payload, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	other, err := Put(t.Context(), s, Header(1700, 2), Payload(10, 2), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	// epoch and next are what should be there; check looks, also when opened again.
	epoch, next := Label.Epoch, (*vault.Next)(nil)
	check := func(when string, isDue bool) {
		t.Helper()
		due(t, s, isDue)
		for range 2 {
			holds(t, s, id, header, epoch, next, payload)
			kept(t, s, other, Header(1700, 2), Payload(10, 2))
			Counted(t, s, when)
			sound(t, s)
			s = h.Reopen(t, s)
		}
		due(t, s, false)
	}
	check("at first", false)
	for round := range uint32(2) {
		// A later one takes the place of an earlier one, by whomever.
		slips := []vault.Slip{
			Slip(record(t, s, id), epoch+1, byA, 300, uint64(10+round)),
			Slip(record(t, s, id), epoch+2, byB, vault.MaxHeader-200, uint64(20+round)),
			// The second time for the same roster, as when a header was made badly.
			Slip(record(t, s, id), epoch+1-round, byA, 3300, uint64(30+round)),
		}
		for i := range slips {
			propose(t, s, slips[i])
			propose(t, s, slips[i])
			next = &slips[i].Next
			check("with a header waiting", false)
		}
		last := slips[2]
		settle(t, s, last.Next.Epoch, byB, Confirm(last))
		settle(t, s, last.Next.Epoch, byA, Confirm(last)) // settled already, so by whomever
		header, epoch, next = last.Next.Header, last.Next.Epoch, nil
		if round == 0 {
			check("when settled", true)
			settle(t, s, epoch, byB, Confirm(last))
			due(t, s, false) // nothing was dropped
		}
		for range 2 {
			if err := s.Rewrite(t.Context()); err != nil {
				t.Fatalf("Rewrite: %v", err)
			}
			check("after a rewrite", false)
		}
	}
	return s
}

// refused fails the test unless exactly these are refused, in that order, each with
// its error.
func refused(t *testing.T, what string, got []vault.Refusal, err error, want ...vault.Refusal) {
	t.Helper()
	if err != nil || len(got) != len(want) {
		t.Fatalf("%s: %d refusals %v, %v; want %d", what, len(got), got, err, len(want))
	}
	for i := range want {
		if got[i].ID != want[i].ID || !errors.Is(got[i].Err, want[i].Err) {
			t.Errorf("%s: refused %s: %v; want %s: %v", what, got[i].ID, got[i].Err, want[i].ID, want[i].Err)
		}
	}
}

func testProposeRefused(t *testing.T, _ Harness, s vault.Store) vault.Store {
	header, payload := Header(1600, 1), Payload(500, 1)
	ids := make([]vault.ID, 2)
	for i := range ids {
		var err error
		if ids[i], err = Put(t.Context(), s, header, payload, 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	id, other := ids[0], ids[1]
	good := Slip(record(t, s, id), Label.Epoch+2, byA, 1600, 2)
	change := func(f func(*vault.Slip)) vault.Slip {
		slip := good
		f(&slip)
		return slip
	}
	whole := good.Next.Header
	for name, c := range map[string]struct {
		slip vault.Slip
		want error
	}{
		"an unknown id":       {change(func(s *vault.Slip) { s.ID = vault.NewID() }), vault.ErrNotFound},
		"the zero id":         {change(func(s *vault.Slip) { s.ID = vault.ID{} }), vault.ErrNotFound},
		"another header":      {change(func(s *vault.Slip) { s.Replaces[31] ^= 1 }), vault.ErrStale},
		"no header replaced":  {change(func(s *vault.Slip) { s.Replaces = [32]byte{} }), vault.ErrStale},
		"an earlier epoch":    {change(func(s *vault.Slip) { s.Next.Epoch = Label.Epoch - 1 }), vault.ErrStale},
		"no epoch":            {change(func(s *vault.Slip) { s.Next.Epoch = 0 }), vault.ErrStale},
		"no header":           {change(func(s *vault.Slip) { s.Next.Header = nil }), vault.ErrNotAge},
		"half a header":       {change(func(s *vault.Slip) { s.Next.Header = whole[:len(whole)/2] }), vault.ErrNotAge},
		"an open MAC line":    {change(func(s *vault.Slip) { s.Next.Header = whole[:len(whole)-1] }), vault.ErrNotAge},
		"a byte more":         {change(func(s *vault.Slip) { s.Next.Header = append(bytes.Clone(whole), 'x') }), vault.ErrNotAge},
		"another format":      {change(func(s *vault.Slip) { s.Next.Header = []byte("PK\x03\x04--- \n") }), vault.ErrNotAge},
		"a header too large":  {change(func(s *vault.Slip) { s.Next.Header = Header(vault.MaxHeader+100, 1) }), vault.ErrNotAge},
		"an endless one line": {change(func(s *vault.Slip) { s.Next.Header = append(whole[:22:22], Payload(1<<20, 1)...) }), vault.ErrNotAge},
	} {
		// One that is refused keeps none beside it from being taken.
		beside := Slip(record(t, s, other), Label.Epoch+1, byA, 1600, uint64(len(name)))
		got, err := s.Propose(t.Context(), []vault.Slip{c.slip, beside, c.slip})
		r := vault.Refusal{ID: c.slip.ID, Err: c.want}
		refused(t, name, got, err, r, r)
		holds(t, s, id, header, Label.Epoch, nil, payload)
		holds(t, s, other, header, Label.Epoch, &beside.Next, payload)
		Counted(t, s, name)
	}
	// Of two for one testimony in one call the later stays.
	later := Slip(record(t, s, id), Label.Epoch+1, byB, 1600, 3)
	propose(t, s, good, later)
	holds(t, s, id, header, Label.Epoch, &later.Next, payload)
	// What was given is not kept.
	scratch := good
	scratch.Next.Header = bytes.Clone(whole)
	propose(t, s, scratch)
	clear(scratch.Next.Header)
	holds(t, s, id, header, Label.Epoch, &good.Next, payload)
	got, err := s.Propose(t.Context(), nil)
	refused(t, "nothing", got, err)
	due(t, s, false)
	// Settled, the header is another and the epoch is reached.
	settle(t, s, good.Next.Epoch, byB, Confirm(good))
	stale := vault.Refusal{ID: id, Err: vault.ErrStale}
	for _, slip := range []vault.Slip{later, change(func(s *vault.Slip) { s.Next.Header = header })} {
		got, err = s.Propose(t.Context(), []vault.Slip{slip})
		refused(t, "a slip of before", got, err, stale)
	}
	propose(t, s, good) // it is settled already
	holds(t, s, id, good.Next.Header, good.Next.Epoch, nil, payload)
	return s
}

func testSettleRefused(t *testing.T, _ Harness, s vault.Store) vault.Store {
	header, payload := Header(1600, 1), Payload(500, 1)
	ids := make([]vault.ID, 3)
	for i := range ids {
		var err error
		if ids[i], err = Put(t.Context(), s, header, payload, 1<<20); err != nil {
			t.Fatal(err)
		}
	}
	const epoch = 5
	slip := Slip(record(t, s, ids[0]), epoch, byA, 2000, 2)
	propose(t, s, slip)
	good := Confirm(slip)
	for name, c := range map[string]struct {
		epoch     uint32
		by        [16]byte
		confirmed vault.Confirmed
		want      error
	}{
		"an unknown id":       {epoch, byB, vault.Confirmed{ID: vault.NewID(), Replaces: good.Replaces, Header: good.Header}, vault.ErrNotFound},
		"nothing waits":       {epoch, byB, vault.Confirmed{ID: ids[1], Replaces: good.Replaces, Header: good.Header}, vault.ErrStale},
		"the header in force": {epoch, byB, vault.Confirmed{ID: ids[0], Replaces: good.Replaces, Header: sha256.Sum256(header)}, vault.ErrStale},
		"another hash":        {epoch, byB, vault.Confirmed{ID: ids[0], Replaces: good.Replaces}, vault.ErrStale},
		"compared with none":  {epoch, byB, vault.Confirmed{ID: ids[0], Header: good.Header}, vault.ErrStale},
		"another epoch":       {epoch + 1, byB, good, vault.ErrStale},
		"no epoch":            {0, byB, good, vault.ErrStale},
		"an earlier epoch":    {epoch - 1, byB, good, vault.ErrStale},
		"the same hand":       {epoch, byA, good, vault.ErrSameHand},
		"stale, same hand":    {epoch + 1, byA, good, vault.ErrStale},
	} {
		got, err := s.Settle(t.Context(), c.epoch, c.by, []vault.Confirmed{c.confirmed})
		refused(t, name, got, err, vault.Refusal{ID: c.confirmed.ID, Err: c.want})
		holds(t, s, ids[0], header, Label.Epoch, &slip.Next, payload)
		Counted(t, s, name)
		due(t, s, false)
	}
	// One that is refused keeps none beside it from being settled.
	beside := Slip(record(t, s, ids[2]), epoch, [16]byte{}, 1000, 3)
	propose(t, s, beside)
	unknown := vault.Confirmed{ID: vault.NewID()}
	got, err := s.Settle(t.Context(), epoch, byA, []vault.Confirmed{unknown, good, Confirm(beside), {ID: ids[1]}})
	refused(t, "among others", got, err, vault.Refusal{ID: unknown.ID, Err: vault.ErrNotFound},
		vault.Refusal{ID: ids[0], Err: vault.ErrSameHand}, vault.Refusal{ID: ids[1], Err: vault.ErrStale})
	holds(t, s, ids[2], beside.Next.Header, epoch, nil, payload)
	due(t, s, true)
	Counted(t, s, "with one settled")
	// Nobody in particular is never the same hand.
	settle(t, s, epoch, [16]byte{}, good)
	holds(t, s, ids[0], slip.Next.Header, epoch, nil, payload)
	both := Slip(record(t, s, ids[1]), epoch, [16]byte{}, 1000, 4)
	propose(t, s, both)
	settle(t, s, epoch, [16]byte{}, Confirm(both))
	holds(t, s, ids[1], both.Next.Header, epoch, nil, payload)
	Counted(t, s, "with all settled")
	return s
}
