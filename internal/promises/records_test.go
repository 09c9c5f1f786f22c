package promises

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"

	"amana/internal/rig"

	"filippo.io/age"
	"go.etcd.io/bbolt"
)

// record is what stands in the vault's files of one testimony, with what is
// random cut out. It is read with bbolt alone, so that a field which the
// vault's own code does not show would still be seen.
type record struct {
	fixed   string // hexadecimal, without the payload's hash
	header  int    // length
	chunks  int    // pieces of payload
	payload int    // bytes of payload
}

// The lengths in a record: of the payload's hash and the hash at the end, and of what
// stands before the former.
const sum, fixed = 32, 1 + 1 + 10 + 4 + 8

// fileKeys returns the file keys of all that a server has in its vault, from a copy of
// the file: the server need not be able to answer.
func fileKeys(t *testing.T, s *rig.State) (keys [][]byte) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(s.Folder, "vault", "headers.db"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "headers.db")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	each(t, path, "testimonies", func(_ []byte, _ *bbolt.Bucket, v []byte) {
		header, err := age.ExtractHeader(bytes.NewReader(v[fixed+sum+4+4:]))
		if err != nil {
			t.Fatalf("find a header in the vault: %v", err)
		}
		key, err := age.DecryptHeader(header, s.Identities[0])
		if err != nil {
			t.Fatalf("open a header in the vault: %v", err)
		}
		keys = append(keys, key)
	})
	return keys
}

// keptIn reads every bucket and key of both files. The layout it expects is
// that of docs/formats.md, "Vault"; anything else fails.
func keptIn(t *testing.T, state string) []record {
	t.Helper()
	chunks := make(map[string]int)
	sizes := make(map[string]int)
	each(t, filepath.Join(state, "vault", "payloads.db"), "payloads", func(id []byte, values *bbolt.Bucket, _ []byte) {
		if len(id) != 16 || values == nil {
			t.Errorf("a key of %d bytes in payloads.db", len(id))
			return
		}
		values.ForEach(func(k, v []byte) error {
			if len(k) != 4 || v == nil {
				t.Errorf("a key of %d bytes in a payload", len(k))
			}
			chunks[string(id)]++
			sizes[string(id)] += len(v)
			return nil
		})
	})
	var all []record
	each(t, filepath.Join(state, "vault", "headers.db"), "testimonies", func(k []byte, _ *bbolt.Bucket, v []byte) {
		if len(k) != 16 || len(v) < fixed+sum+4+sum {
			t.Fatalf("a record of %d bytes under a key of %d", len(v), len(k))
		}
		header := len(v) - (fixed + sum + 4 + sum)
		all = append(all, record{
			fixed:  hex.EncodeToString(v[:fixed]) + hex.EncodeToString(v[fixed+sum:fixed+sum+4]),
			header: header, chunks: chunks[string(k)], payload: sizes[string(k)],
		})
	})
	return all
}

// each calls f for every key of the bucket, which must be the only one besides
// the meta bucket, with its value or the bucket nested there.
func each(t *testing.T, path, bucket string, f func(k []byte, nested *bbolt.Bucket, v []byte)) {
	t.Helper()
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			switch string(name) {
			case "meta":
				return b.ForEach(func(k, _ []byte) error {
					if string(k) != "version" && string(k) != "pair" && string(k) != "rewrite" {
						t.Errorf("%s holds a key %q", filepath.Base(path), k)
					}
					return nil
				})
			case bucket:
				return b.ForEach(func(k, v []byte) error {
					f(k, b.Bucket(k), v)
					return nil
				})
			default:
				t.Errorf("%s holds a bucket %q", filepath.Base(path), name)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}
