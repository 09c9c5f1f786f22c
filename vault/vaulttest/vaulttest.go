// Package vaulttest says in tests what every [vault.Store] must do. It reads and
// writes a vault through its interface only, and makes data that looks like age
// files; it can open none.
package vaulttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"amana/vault"
)

// Harness makes the vaults of a run.
type Harness struct {
	// New returns a new empty vault that has room. The suite closes it.
	New func(t *testing.T) vault.Store

	// Reopen closes a vault that New made and opens it again. The suite uses
	// only what it returns from then on.
	Reopen func(t *testing.T, s vault.Store) vault.Store
}

// Label is the label of testimonies that the suite makes.
var Label = vault.Label{Day: "2026-11-22", Epoch: 3}

// Header returns bytes in the form of an age header, of at least about size
// bytes. Different seeds give different headers.
func Header(size int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	line := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = letters[r.IntN(len(letters))]
		}
		return append(b, '\n')
	}
	h := []byte("age-encryption.org/v1\n-> mlkem768x25519 ")
	h = append(h, line(43)...)
	for len(h) < size-48 {
		h = append(h, line(64)...)
	}
	h = append(h, line(22)...)
	return append(append(h, "--- "...), line(43)...)
}

// Payload returns size bytes that look random and differ by seed.
func Payload(size int, seed uint64) []byte {
	b := make([]byte, size)
	c := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24), 1})
	c.Read(b)
	return b
}

// Put keeps header and payload in writes of at most piece bytes.
func Put(ctx context.Context, s vault.Store, header, payload []byte, piece int) (vault.ID, error) {
	p, err := s.Create(ctx)
	if err != nil {
		return vault.ID{}, err
	}
	return put(p, header, payload, piece)
}

// PutAs is Put under an id.
func PutAs(ctx context.Context, s vault.Store, id vault.ID, header, payload []byte, piece int) error {
	p, err := s.CreateAs(ctx, id)
	if err != nil {
		return err
	}
	got, err := put(p, header, payload, piece)
	if err == nil && got != id {
		err = fmt.Errorf("it is kept as %s, not as %s", got, id)
	}
	return err
}

func put(p vault.Pending, header, payload []byte, piece int) (vault.ID, error) {
	defer p.Abort()
	for _, part := range [][]byte{header, payload} {
		for len(part) > 0 {
			n := min(piece, len(part))
			if _, err := p.Write(part[:n]); err != nil {
				return vault.ID{}, err
			}
			part = part[n:]
		}
	}
	return p.Commit(Label)
}

// Get returns the whole age file of one testimony.
func Get(ctx context.Context, s vault.Reader, id vault.ID) ([]byte, error) {
	r, err := s.Open(ctx, id)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// All returns all records, read in pages of the given size.
func All(ctx context.Context, s vault.Reader, page int) ([]vault.Record, error) {
	var all []vault.Record
	var after vault.ID
	for {
		records, err := s.Records(ctx, after, page)
		all = append(all, records...)
		if err != nil || len(records) < page {
			return all, err
		}
		after = records[len(records)-1].ID
	}
}

// Findings returns what Check reports.
func Findings(t testing.TB, s vault.Reader) []vault.Finding {
	t.Helper()
	var found []vault.Finding
	if err := s.Check(context.Background(), func(f vault.Finding) { found = append(found, f) }); err != nil {
		t.Fatalf("Check: %v", err)
	}
	return found
}

// RecordFindings returns what CheckRecords reports.
func RecordFindings(t testing.TB, s vault.Reader) []vault.Finding {
	t.Helper()
	var found []vault.Finding
	if err := s.CheckRecords(context.Background(), func(f vault.Finding) { found = append(found, f) }); err != nil {
		t.Fatalf("CheckRecords: %v", err)
	}
	return found
}

// sound fails the test if Check or CheckRecords finds anything.
func sound(t *testing.T, s vault.Reader) {
	t.Helper()
	for _, f := range append(Findings(t, s), RecordFindings(t, s)...) {
		t.Errorf("Check of a sound vault: %s: %s", f.ID, f.Problem)
	}
}

// kept fails the test unless the vault holds exactly this under the id.
func kept(t *testing.T, s vault.Store, id vault.ID, header, payload []byte) {
	t.Helper()
	got, err := Get(t.Context(), s, id)
	if err != nil {
		t.Fatalf("read %s: %v", id, err)
	}
	if !bytes.Equal(got, append(bytes.Clone(header), payload...)) {
		t.Fatalf("read %s: %d bytes that differ from the %d written", id, len(got), len(header)+len(payload))
	}
	all, err := All(t.Context(), s, 7)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range all {
		if rec.ID != id {
			continue
		}
		if rec.Label != Label || rec.HeaderEpoch != Label.Epoch || rec.Next != nil || !bytes.Equal(rec.Header, header) || rec.PayloadSize != int64(len(payload)) ||
			rec.PayloadSum != sha256.Sum256(payload) || rec.Size() != int64(len(got)) {
			t.Errorf("the record of %s does not say what was written", id)
		}
		return
	}
	t.Errorf("%s is not listed", id)
}

// empty fails the test unless nothing is kept.
func empty(t *testing.T, s vault.Store) {
	t.Helper()
	if all, err := All(t.Context(), s, 10); err != nil || len(all) != 0 {
		t.Errorf("%d testimonies are listed, %v; none should be", len(all), err)
	}
	if u, err := s.Usage(t.Context()); err != nil || u.Testimonies != 0 || u.Bytes != 0 {
		t.Errorf("usage %+v, %v; nothing should be counted", u, err)
	}
}

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, Harness, vault.Store) vault.Store
	}{
		{"Empty", testEmpty}, {"Sizes", testSizes}, {"Pieces", testPieces}, {"NotAge", testNotAge},
		{"Abort", testAbort}, {"AbortAfterCommit", testAbortAfterCommit}, {"Ended", testEnded},
		{"Label", testLabel}, {"Concurrent", testConcurrent}, {"Many", testMany}, {"Cancel", testCancel},
		{"Paging", testPaging}, {"NotFound", testNotFound}, {"Usage", testUsage},
		{"Reopen", testReopen}, {"Closed", testClosed},
		{"Rotate", testRotate}, {"ProposeRefused", testProposeRefused}, {"SettleRefused", testSettleRefused},
		{"RotateMany", testRotateMany}, {"RotateAmidst", testRotateAmidst}, {"RotateCancel", testRotateCancel},
		{"RewriteDue", testRewriteDue}, {"RewriteEmpty", testRewriteEmpty},
		{"CreateAs", testCreateAs}, {"CreateNote", testCreateNote}, {"CreateAsAtOnce", testCreateAsAtOnce},
		{"Look", testLook}, {"Collect", testCollect}, {"CollectRefused", testCollectRefused},
		{"Remove", testRemove}, {"RemoveMany", testRemoveMany}, {"RemoveWhileRead", testRemoveWhileRead},
		{"RemoveAmidst", testRemoveAmidst}, {"RemoveCancel", testRemoveCancel},
		{"Purge", testPurge},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := h.New(t)
			if s = test.run(t, h, s); s == nil {
				return // the test closed it
			}
			sound(t, s)
			if err := s.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		})
	}
}

// within fails the test if fn has not returned after a time that only a call
// that hangs can take.
func within(t *testing.T, what string, fn func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); fn() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatalf("%s hangs", what)
	}
}

// each runs fn n times at once and waits.
func each(n int, fn func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { fn(i) })
	}
	wg.Wait()
}

var errAny = errors.New("any error")

// wantErr fails the test unless err is, or wraps, want.
func wantErr(t *testing.T, what string, err, want error) {
	t.Helper()
	if err == nil || want != errAny && !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}
