package boltpages

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"amana/vault/vaulttest"
)

// large is the size of a value that with its key of four bytes fills 17 pages exactly.
const large = 17*4096 - PageHead - ElementSize - 4

// pair is a key of a file: the buckets it stands in, itself, and its value.
type pair struct{ path, value string }

// TestSameAsBbolt writes and removes at random through bbolt and compares what
// this package reads from the file with what bbolt's cursor does. It fails if a
// new bbolt writes pages otherwise.
func TestSameAsBbolt(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 3))
			path := filepath.Join(t.TempDir(), "db")
			options := &bbolt.Options{NoSync: true, PageSize: []int{1024, 4096, 16384, 4096}[seed], NoFreelistSync: seed == 3}
			db, err := bbolt.Open(path, 0o600, options)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			seen := 0
			for round := range 30 {
				if err := db.Update(func(tx *bbolt.Tx) error { return scramble(tx, r) }); err != nil {
					t.Fatal(err)
				}
				if round%6 == 5 {
					seen += compare(t, db, path)
				}
				if t.Failed() {
					return
				}
			}
			t.Logf("%d keys", seen)
			if seen < 5000 {
				t.Errorf("only %d keys were compared", seen)
			}
		})
	}
}

// scramble puts, fills and removes keys and buckets, up to three deep.
func scramble(tx *bbolt.Tx, r *rand.Rand) error {
	// A bucket is removed before anything else is written: bbolt loses pages of
	// one that was written to in the same transaction, as its own check says too.
	for i := range 4 {
		name := []byte{'A' + byte(r.IntN(5))}
		if i == 0 && r.IntN(3) == 0 && tx.Bucket(name) != nil {
			if err := tx.DeleteBucket(name); err != nil {
				return err
			}
			continue
		}
		b, err := tx.CreateBucketIfNotExists(name)
		if err != nil {
			return err
		}
		for depth := r.IntN(3); depth > 0; depth-- {
			if b, err = b.CreateBucketIfNotExists([]byte{'b', byte(r.IntN(30))}); err != nil {
				return err
			}
		}
		b.FillPercent = []float64{0.1, 0.5, 1}[r.IntN(3)]
		for range r.IntN(300) {
			// Long and short keys; few enough that some are met again.
			key := bytes.Repeat([]byte{byte(r.IntN(20)), byte(r.IntN(20))}, 1+r.IntN(maxKey/2))
			if r.IntN(4) == 0 {
				err = b.Delete(key)
			} else {
				size := []int{0, 1, 40, 300, 5000, large}[min(r.IntN(60), 5)]
				if size == large && r.IntN(40) > 0 {
					size = 100
				}
				err = b.Put(key, vaulttest.Payload(size, r.Uint64()))
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// compare reads the file in both ways and returns the number of keys.
func compare(t *testing.T, db *bbolt.DB, path string) int {
	t.Helper()
	var want, got []pair
	err := db.View(func(tx *bbolt.Tx) error {
		cursorPairs("", tx.Cursor(), func(name []byte) *bbolt.Bucket { return tx.Bucket(name) }, &want)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, both, err := NewestMeta(f)
	if err != nil || !both {
		t.Fatalf("the first pages are sound: %v, %v", both, err)
	}
	v := m.View(f)
	if err := v.Length(f); err != nil {
		t.Error(err)
	}
	u := NewUsed(v) // every page is met once, by the walk or on the list of free ones
	if err := ourPairs("", v, v.Root, &got); err != nil {
		t.Errorf("walk: %v", err)
	}
	if m.Freelist != NoFreelist {
		if err := u.Freelist(m.Freelist); err != nil {
			t.Error(err)
		}
		if lost := u.Lost(); lost > 0 {
			t.Errorf("%d pages are neither used nor free", lost)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d keys are read, %d by bbolt", len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("key %d of %d is %.80q with %d bytes, by bbolt %.80q with %d", i, len(want),
				got[i].path, len(got[i].value), want[i].path, len(want[i].value))
			break
		}
	}
	return len(want)
}

func cursorPairs(path string, c *bbolt.Cursor, bucket func([]byte) *bbolt.Bucket, all *[]pair) {
	for k, v := c.First(); k != nil; k, v = c.Next() {
		at := fmt.Sprintf("%s/%x", path, k)
		if v == nil {
			*all = append(*all, pair{at, "bucket"})
			b := bucket(k)
			cursorPairs(at, b.Cursor(), b.Bucket, all)
			continue
		}
		*all = append(*all, pair{at, "value" + string(v)})
	}
}

// ourPairs walks a tree, and finds each key of it again.
func ourPairs(path string, v *View, t Tree, all *[]pair) error {
	find := *v
	find.Visit, find.pool = nil, nil
	return v.Walk(t, nil, func(e *Entry) error {
		at := fmt.Sprintf("%s/%x", path, e.Key)
		again, ok, err := find.Get(t, e.Key)
		if err != nil || !ok || again.off != e.off || again.Len != e.Len || again.IsBucket != e.IsBucket {
			return fmt.Errorf("%s is not found again: %v, %w", at, ok, err)
		}
		if _, ok, err := find.Get(t, append(bytes.Clone(e.Key), 0)); ok || err != nil {
			return fmt.Errorf("a key that is not there is found: %v, %w", ok, err)
		}
		if e.IsBucket {
			*all = append(*all, pair{at, "bucket"})
			t, err := e.Tree()
			if err != nil {
				return err
			}
			return ourPairs(at, v, t, all)
		}
		value := make([]byte, e.Len)
		if _, err := v.r.ReadAt(value, e.off); err != nil && err != io.EOF {
			return err
		}
		*all = append(*all, pair{at, "value" + string(value)})
		return nil
	})
}
