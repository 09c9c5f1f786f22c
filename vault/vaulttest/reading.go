package vaulttest

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"

	"amana/vault"
)

func testPaging(t *testing.T, _ Harness, s vault.Store) vault.Store {
	const n = 40
	var ids []vault.ID
	for i := range n {
		id, err := Put(t.Context(), s, Header(1600, uint64(i)), Payload(i*100, uint64(i)), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	compare := func(a, b vault.ID) int { return bytes.Compare(a[:], b[:]) }
	// That 40 random ids come in order by chance is one in 10^47.
	if slices.IsSortedFunc(ids, compare) {
		t.Error("the ids rise with time")
	}
	slices.SortFunc(ids, compare)
	for _, page := range []int{1, 3, n - 1, n, n + 1, 1000} {
		all, err := All(t.Context(), s, page)
		if err != nil {
			t.Fatal(err)
		}
		var got []vault.ID
		for _, rec := range all {
			got = append(got, rec.ID)
		}
		if !slices.Equal(got, ids) {
			t.Errorf("pages of %d give other ids, or another order", page)
		}
	}
	// An id that is not kept is a place to begin at too.
	after := ids[10]
	after[15]++
	if records, err := s.Records(t.Context(), after, 1); err != nil || len(records) != 1 || records[0].ID != ids[11] {
		t.Errorf("after an unknown id: %d records, %v", len(records), err)
	}
	if records, err := s.Records(t.Context(), ids[n-1], 5); err != nil || len(records) != 0 {
		t.Errorf("after the last: %d records, %v", len(records), err)
	}
	return s
}

func testNotFound(t *testing.T, _ Harness, s vault.Store) vault.Store {
	if _, err := Put(t.Context(), s, Header(1600, 1), Payload(10, 1), 100); err != nil {
		t.Fatal(err)
	}
	for _, id := range []vault.ID{{}, vault.NewID(), {0xff, 0xff}} {
		_, err := s.Open(t.Context(), id)
		wantErr(t, "Open", err, vault.ErrNotFound)
	}
	return s
}

func testUsage(t *testing.T, h Harness, s vault.Store) vault.Store {
	var bytes int64
	for i, label := range []vault.Label{{Day: "2026-11-22", Epoch: 1}, {Day: "2026-11-22", Epoch: 2}, {Day: "2027-01-01", Epoch: 2}} {
		p, err := s.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		header, payload := Header(1600, uint64(i)), Payload(100*i, uint64(i))
		p.Write(header)
		p.Write(payload)
		if _, err := p.Commit(label); err != nil {
			t.Fatal(err)
		}
		bytes += int64(len(header) + len(payload))
	}
	for _, when := range []string{"at once", "opened again"} {
		u, err := s.Usage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if u.Testimonies != 3 || u.Bytes != bytes || len(u.ByDay) != 2 || u.ByDay["2026-11-22"] != 2 ||
			u.ByDay["2027-01-01"] != 1 || len(u.ByEpoch) != 2 || u.ByEpoch[1] != 1 || u.ByEpoch[2] != 2 || u.Free <= 0 {
			t.Errorf("usage %s: %+v", when, u)
		}
		if when == "at once" {
			s = h.Reopen(t, s)
		}
	}
	return s
}

func testReopen(t *testing.T, h Harness, s vault.Store) vault.Store {
	sizes := []int{0, 10, 65568, 5 << 20}
	var ids []vault.ID
	for i, size := range sizes {
		id, err := Put(t.Context(), s, Header(1600, uint64(i)), Payload(size, uint64(i)), 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	// One is still on its way; nothing of it may appear.
	p, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Write(Header(1600, 9))
	p.Write(Payload(2<<20, 9))
	for range 2 {
		s = h.Reopen(t, s)
		sound(t, s)
		for i, id := range ids {
			kept(t, s, id, Header(1600, uint64(i)), Payload(sizes[i], uint64(i)))
		}
		if all, err := All(t.Context(), s, 100); err != nil || len(all) != len(ids) {
			t.Errorf("%d testimonies after opening again, %v; want %d", len(all), err, len(ids))
		}
	}
	if _, err := Put(t.Context(), s, Header(1600, 10), Payload(2<<20, 10), 1<<20); err != nil {
		t.Error(err)
	}
	return s
}

func testClosed(t *testing.T, _ Harness, s vault.Store) vault.Store {
	id, err := Put(t.Context(), s, Header(1600, 1), Payload(100000, 1), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Write(Header(1600, 2))
	r, err := s.Open(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	// Whatever is under way when Close comes is either done or refused.
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		each(8, func(i int) {
			for {
				if _, err := Put(context.Background(), s, Header(1600, uint64(i)), Payload(70000, 1), 1<<20); err != nil {
					return
				}
			}
		})
	}()
	within(t, "Close", func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		<-stop
	})
	_, err = io.ReadAll(r)
	wantErr(t, "Read", err, errAny)
	wantErr(t, "Ready", s.Ready(), errAny)
	_, err = s.Create(t.Context())
	wantErr(t, "Create", err, errAny)
	_, err = p.Write([]byte{1})
	wantErr(t, "Write", err, errAny)
	_, err = p.Commit(Label)
	wantErr(t, "Commit", err, errAny)
	p.Abort()
	_, err = s.Records(t.Context(), vault.ID{}, 1)
	wantErr(t, "Records", err, errAny)
	_, err = s.Open(t.Context(), id)
	wantErr(t, "Open", err, errAny)
	_, err = s.Usage(t.Context())
	wantErr(t, "Usage", err, errAny)
	wantErr(t, "Check", s.Check(t.Context(), func(vault.Finding) {}), errAny)
	wantErr(t, "CheckRecords", s.CheckRecords(t.Context(), func(vault.Finding) {}), errAny)
	_, err = s.Propose(t.Context(), []vault.Slip{{ID: id}})
	wantErr(t, "Propose", err, errAny)
	_, err = s.Settle(t.Context(), 4, [16]byte{}, []vault.Confirmed{{ID: id}})
	wantErr(t, "Settle", err, errAny)
	wantErr(t, "Rewrite", s.Rewrite(t.Context()), errAny)
	_, err = s.CreateAs(t.Context(), vault.NewID())
	wantErr(t, "CreateAs", err, errAny)
	_, err = s.Look(t.Context(), []vault.ID{id})
	wantErr(t, "Look", err, errAny)
	_, err = s.Collect(t.Context(), []vault.Receipt{{ID: id}})
	wantErr(t, "Collect", err, errAny)
	_, err = s.Remove(t.Context(), []vault.ID{id})
	wantErr(t, "Remove", err, errAny)
	wantErr(t, "a second Close", s.Close(), errAny)
	return nil
}
