package vaulttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
		wantErr(t, "CheckRecords", s.CheckRecords(ended, func(vault.Finding) {}), context.Canceled)
		_, err = s.Open(ended, all[0].ID)
		wantErr(t, "Open", err, context.Canceled)
	}
	return s
}
