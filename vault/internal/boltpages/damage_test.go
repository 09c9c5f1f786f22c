package boltpages

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"
)

// TestBitFlips flips bits all over a file. Whatever stands there, reading comes to an
// end, and much of it is noticed: not what lies in pages that are free.
func TestBitFlips(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	path := filepath.Join(t.TempDir(), "db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true, PageSize: 1024})
	if err != nil {
		t.Fatal(err)
	}
	for name := range byte(6) {
		err := db.Update(func(tx *bbolt.Tx) error {
			b, err := tx.CreateBucket([]byte{name})
			for range 20 * int(name) {
				err = errors.Join(err, b.Put([]byte{byte(r.IntN(30)), byte(r.IntN(30))}, make([]byte, r.IntN(100))))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := readAll(data); err != nil {
		t.Fatalf("before any was flipped: %v", err)
	}
	const flips = 3000
	noticed := 0
	for range flips {
		// The head of a page or its first elements.
		at, bit := r.IntN(len(data)/1024)*1024+r.IntN(64), byte(1)<<r.IntN(8)
		data[at] ^= bit
		if readAll(data) != nil {
			noticed++
		}
		data[at] ^= bit
	}
	t.Logf("%d of %d flips were noticed", noticed, flips)
	if noticed < flips/4 {
		t.Error("hardly any was noticed: the flips do not reach what matters")
	}
}

// readAll reads all that can be reached, and returns the first error.
func readAll(data []byte) error {
	m, _, err := NewestMeta(bytes.NewReader(data))
	if err != nil {
		return err
	}
	v := m.View(bytes.NewReader(data))
	u := NewUsed(v)
	if err := readTree(v, v.Root); err != nil {
		return err
	}
	return u.Freelist(m.Freelist)
}

func readTree(v *View, t Tree) error {
	return v.Walk(t, nil, func(e *Entry) error {
		if !e.IsBucket {
			_, err := e.Read(nil, 1<<20)
			return err
		}
		t, err := e.Tree()
		if err == nil {
			err = readTree(v, t)
		}
		return err
	})
}
