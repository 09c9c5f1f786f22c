package vaulttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"

	"amana/vault"
)

func testEmpty(t *testing.T, _ Harness, s vault.Store) vault.Store {
	empty(t, s)
	if err := s.Ready(); err != nil {
		t.Errorf("Ready: %v", err)
	}
	return s
}

func testSizes(t *testing.T, _ Harness, s vault.Store) vault.Store {
	// Around the chunks of age, the pages of a disk and likely buffers.
	sizes := []int{0, 1, 15, 16, 17, 1000, 4095, 4096, 4097, 65535, 65536, 65537, 65568, 69595, 69596, 69597,
		2*69596 - 1, 2 * 69596, 2*69596 + 1, 1<<20 - 1, 1 << 20, 1<<20 + 1, 9<<20 + 12345}
	for i, size := range sizes {
		header, payload := Header(1600, uint64(i)), Payload(size, uint64(i))
		id, err := Put(t.Context(), s, header, payload, 32<<10)
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		kept(t, s, id, header, payload)
	}
	for i, size := range []int{100, 5000, 60000, 300000, vault.MaxHeader - 200} {
		header, payload := Header(size, uint64(i)), Payload(70000, uint64(i))
		id, err := Put(t.Context(), s, header, payload, 1<<20)
		if err != nil {
			t.Fatalf("a header of %d bytes: %v", len(header), err)
		}
		kept(t, s, id, header, payload)
	}
	return s
}

func testPieces(t *testing.T, _ Harness, s vault.Store) vault.Store {
	header, payload := Header(3300, 1), Payload(200001, 1)
	for _, piece := range []int{1, 2, 3, 7, 21, 22, 23, 64, 65, 1000, 4099, 1 << 20} {
		id, err := Put(t.Context(), s, header, payload[:min(len(payload), piece*5000)], piece)
		if err != nil {
			t.Fatalf("pieces of %d: %v", piece, err)
		}
		kept(t, s, id, header, payload[:min(len(payload), piece*5000)])
	}
	// Header and payload in one write, cut at every place around the border.
	whole := append(bytes.Clone(header), payload[:100]...)
	for cut := len(header) - 50; cut <= len(header)+3; cut++ {
		p, err := s.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range [][]byte{whole[:cut], nil, whole[cut:]} {
			if n, err := p.Write(part); err != nil || n != len(part) {
				t.Fatalf("Write: %d, %v", n, err)
			}
		}
		id, err := p.Commit(Label)
		if err != nil {
			t.Fatal(err)
		}
		kept(t, s, id, header, payload[:100])
	}
	// What Write was given is not kept.
	p, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	scratch := bytes.Clone(whole)
	p.Write(scratch)
	clear(scratch)
	id, err := p.Commit(Label)
	if err != nil {
		t.Fatal(err)
	}
	kept(t, s, id, header, payload[:100])
	return s
}

func testNotAge(t *testing.T, _ Harness, s vault.Store) vault.Store {
	good := Header(1600, 1)
	for name, data := range map[string][]byte{
		"nothing":          {},
		"one byte":         {'a'},
		"another format":   []byte("PK\x03\x04" + string(Payload(100000, 1))),
		"armored":          []byte("-----BEGIN AGE ENCRYPTED FILE-----\n"),
		"another version":  bytes.Replace(good, []byte("/v1"), []byte("/v2"), 1),
		"half a header":    good[:len(good)/2],
		"no MAC line":      good[:bytes.LastIndex(good, []byte("---"))],
		"open MAC line":    good[:len(good)-1],
		"header too large": Header(vault.MaxHeader+100, 1),
		"endless line":     append([]byte("age-encryption.org/v1\n"), bytes.Repeat([]byte{'A'}, vault.MaxHeader)...),
	} {
		for _, piece := range []int{13, 4096, 4 << 20} {
			_, err := Put(t.Context(), s, data, nil, piece)
			wantErr(t, fmt.Sprintf("%s in pieces of %d", name, piece), err, vault.ErrNotAge)
		}
	}
	// An error is final.
	p, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Write([]byte("not an age file at all"))
	wantErr(t, "Write", err, vault.ErrNotAge)
	_, err = p.Write(good)
	wantErr(t, "Write after an error", err, errAny)
	_, err = p.Commit(Label)
	wantErr(t, "Commit after an error", err, errAny)
	p.Abort()
	empty(t, s)
	return s
}

func testAbort(t *testing.T, _ Harness, s vault.Store) vault.Store {
	for i, size := range []int{0, 1, 50000, 70000, 3 << 20} {
		p, err := s.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range [][]byte{Header(1600, uint64(i)), Payload(size, uint64(i))} {
			if _, err := p.Write(part); err != nil {
				t.Fatal(err)
			}
		}
		p.Abort()
		p.Abort()
		_, err = p.Write([]byte{1})
		wantErr(t, "Write after Abort", err, errAny)
		_, err = p.Commit(Label)
		wantErr(t, "Commit after Abort", err, errAny)
	}
	empty(t, s)
	return s
}

func testAbortAfterCommit(t *testing.T, _ Harness, s vault.Store) vault.Store {
	header, payload := Header(1600, 1), Payload(200000, 1)
	p, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Write(header)
	p.Write(payload)
	id, err := p.Commit(Label)
	if err != nil {
		t.Fatal(err)
	}
	p.Abort()
	kept(t, s, id, header, payload)
	return s
}

func testEnded(t *testing.T, _ Harness, s vault.Store) vault.Store {
	header := Header(1600, 1)
	p, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Write(header)
	id, err := p.Commit(Label)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Write([]byte{1})
	wantErr(t, "Write after Commit", err, errAny)
	_, err = p.Commit(Label)
	wantErr(t, "a second Commit", err, errAny)
	kept(t, s, id, header, nil)
	return s
}

func testLabel(t *testing.T, _ Harness, s vault.Store) vault.Store {
	for _, day := range []string{"", "2026-11-22T10:00", "2026-11-22 10:00:00", "22.11.2026", "2026-13-01", "2026-11-31", "2026-1-2"} {
		p, err := s.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p.Write(Header(1600, 1))
		_, err = p.Commit(vault.Label{Day: day, Epoch: 1})
		wantErr(t, fmt.Sprintf("the day %q", day), err, errAny)
		p.Abort()
	}
	empty(t, s)
	return s
}

func testConcurrent(t *testing.T, _ Harness, s vault.Store) vault.Store {
	const writers, rounds = 12, 6
	ids := make([][]vault.ID, writers)
	file := func(w, r int) ([]byte, []byte) {
		seed := uint64(w*rounds + r)
		return Header(1600+w*300, seed), Payload([]int{0, 900, 65568, 65568, 300000, 2 << 20}[r], seed)
	}
	each(writers, func(w int) {
		for r := range rounds {
			header, payload := file(w, r)
			if r%2 == 1 { // others come and go meanwhile
				p, err := s.Create(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				p.Write(header)
				p.Write(payload)
				p.Abort()
			}
			id, err := Put(t.Context(), s, header, payload, 16<<10)
			if err != nil {
				t.Error(err)
				return
			}
			ids[w] = append(ids[w], id)
			if r == 2 {
				if _, err := All(t.Context(), s, 5); err != nil {
					t.Error(err)
				}
			}
		}
	})
	if t.Failed() {
		return s
	}
	for w := range ids {
		for r, id := range ids[w] {
			header, payload := file(w, r)
			kept(t, s, id, header, payload)
		}
	}
	return s
}

// testMany begins more uploads than any vault has memory for, leaves them idle,
// and sees that another still comes through, and in the end they too.
func testMany(t *testing.T, _ Harness, s vault.Store) vault.Store {
	const idle = 600
	header, payload := Header(300, 1), Payload(40000, 1)
	pendings := make([]vault.Pending, idle)
	within(t, "a vault with many idle uploads", func() {
		for i := range pendings {
			p, err := s.Create(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			p.Write(header)
			if _, err := p.Write(payload[:30000]); err != nil {
				t.Error(err)
				return
			}
			pendings[i] = p
		}
		big := Payload(3<<20, 2)
		id, err := Put(t.Context(), s, header, big, 32<<10)
		if err != nil {
			t.Error(err)
			return
		}
		kept(t, s, id, header, big)
		each(idle, func(i int) {
			if i%3 == 0 {
				pendings[i].Abort()
				return
			}
			if _, err := pendings[i].Write(payload[30000:]); err != nil {
				t.Error(err)
				return
			}
			id, err := pendings[i].Commit(Label)
			if err != nil {
				t.Error(err)
			} else if i%50 == 1 {
				kept(t, s, id, header, payload)
			}
		})
	})
	return s
}

func testCancel(t *testing.T, _ Harness, s vault.Store) vault.Store {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Create(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Create: %v", err)
	}
	for _, size := range []int{0, 1000, 70000, 2 << 20} {
		for _, when := range []string{"before Write", "before Commit"} {
			ctx, cancel := context.WithCancel(t.Context())
			p, err := s.Create(ctx)
			if err != nil {
				t.Fatal(err)
			}
			p.Write(Header(1600, 1))
			if when == "before Write" {
				cancel()
			}
			_, err = p.Write(Payload(size, 1))
			cancel()
			if when == "before Write" {
				wantErr(t, "Write", err, context.Canceled)
			}
			_, err = p.Commit(Label)
			wantErr(t, "Commit", err, context.Canceled)
			p.Abort()
		}
	}
	empty(t, s)
	// Cancelled at any moment: either it is kept and said so, or not.
	results := make([]vault.ID, 100)
	each(len(results), func(i int) {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			for range i * 200 {
				if ctx.Err() != nil {
					return
				}
			}
			cancel()
		}()
		id, err := Put(ctx, s, Header(1600, uint64(i)), Payload(80000, uint64(i)), 1<<20)
		if err == nil {
			results[i] = id
		} else if !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled Put: %v", err)
		}
	})
	all, err := All(t.Context(), s, 9)
	if err != nil {
		t.Fatal(err)
	}
	acknowledged := slices.DeleteFunc(results, func(id vault.ID) bool { return id == vault.ID{} })
	if len(all) != len(acknowledged) {
		t.Errorf("%d testimonies are listed, %d were acknowledged", len(all), len(acknowledged))
	}
	for _, rec := range all {
		if !slices.Contains(acknowledged, rec.ID) {
			t.Errorf("%s is listed and was not acknowledged", rec.ID)
		}
	}
	if len(all) > 0 {
		_, err := s.Records(ended, vault.ID{}, 10)
		wantErr(t, "Records", err, context.Canceled)
		wantErr(t, "Check", s.Check(ended, func(vault.Finding) {}), context.Canceled)
		_, err = s.Open(ended, all[0].ID)
		wantErr(t, "Open", err, context.Canceled)
	}
	return s
}

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
	wantErr(t, "a second Close", s.Close(), errAny)
	return nil
}
