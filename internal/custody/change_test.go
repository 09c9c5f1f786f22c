package custody

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"amana/internal/workspace"

	"go.etcd.io/bbolt"
)

func originalOf(p *place) string {
	return filepath.Join(p.path, "originals", p.ids[1][:2], p.ids[1]+".age")
}

// flipOriginal changes a byte of the second original; a negative offset counts from
// the end.
func flipOriginal(at int) func(*testing.T, *place) {
	return func(t *testing.T, p *place) {
		data, err := os.ReadFile(originalOf(p))
		if err != nil {
			t.Fatal(err)
		}
		data[(at+len(data))%len(data)] ^= 1
		if err := os.WriteFile(originalOf(p), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func truncate(t *testing.T, p *place, by int64) {
	info, err := os.Stat(originalOf(p))
	if err == nil {
		err = os.Truncate(originalOf(p), info.Size()+by)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// keyIn returns the key of a record: "" is the second testimony's id, "*" the first
// there is.
func keyIn(t *testing.T, p *place, name, key string) string {
	switch key {
	case "":
		return p.ids[1]
	case "*":
		for item, err := range p.Shelf(name).All() {
			if err != nil {
				t.Fatal(err)
			}
			return item.Key
		}
	}
	return key
}

func remove(name, key string) func(*testing.T, *place) {
	return func(t *testing.T, p *place) {
		put(t, p, workspace.Write{Shelf: name, Key: keyIn(t, p, name, key)})
	}
}

// flipRecord changes a byte of a record where it lies on the disk, which nobody needs
// a key for: the one that changes when the record is put again.
func flipRecord(name, key string) func(*testing.T, *place) {
	return func(t *testing.T, p *place) {
		key := keyIn(t, p, name, key)
		value, err := p.Shelf(name).Get(key)
		if err != nil {
			t.Fatal(err)
		}
		p.Close()
		before := bucket(t, p, name)
		p.open(t)
		put(t, p, workspace.Write{Shelf: name, Key: key, Value: value})
		p.Close()
		db, err := bbolt.Open(filepath.Join(p.path, "index.db"), 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(func(tx *bbolt.Tx) error {
			b := tx.Bucket([]byte(name))
			for k, v := range before {
				now := append([]byte(nil), b.Get([]byte(k))...)
				if string(now) != v {
					now[len(now)/2] ^= 1
					return b.Put([]byte(k), now)
				}
			}
			return fmt.Errorf("no record of %s changed", name)
		})
		if err != nil {
			t.Fatal(err)
		}
		db.Close()
		p.open(t)
	}
}

// bucket returns what lies in a bucket.
func bucket(t *testing.T, p *place, name string) map[string]string {
	db, err := bbolt.Open(filepath.Join(p.path, "index.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all := make(map[string]string)
	db.View(func(tx *bbolt.Tx) error {
		return tx.Bucket([]byte(name)).ForEach(func(k, v []byte) error {
			all[string(k)] = string(v)
			return nil
		})
	})
	return all
}

// open opens the workspace again.
func (p *place) open(t *testing.T) {
	var err error
	if p.Workspace, err = workspace.Open(p.path, p.key.Identities); err == nil {
		p.log, err = Open(p.Workspace, p.key)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Workspace.Close() })
}

func put(t *testing.T, p *place, writes ...workspace.Write) {
	if err := p.Put(writes...); err != nil {
		t.Fatal(err)
	}
}

func record(t *testing.T, p *place, n int) []byte {
	data, err := p.Shelf(shelf).Get(keyOf(n))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func headAt(t *testing.T, p *place, n int) Head {
	l, err := ParseLink(record(t, p, n))
	if err != nil {
		t.Fatal(err)
	}
	return Head{n, l.Hash()}
}

// rewrite changes a link that stands.
func rewrite(t *testing.T, p *place, n int, change func(*Link)) {
	l, err := ParseLink(record(t, p, n))
	if err != nil {
		t.Fatal(err)
	}
	change(l)
	put(t, p, workspace.Write{Shelf: shelf, Key: keyOf(n), Value: l.record()})
}

// editRef changes what the index says of the second testimony.
func editRef(change func(*workspace.Ref)) func(*testing.T, *place) {
	return func(t *testing.T, p *place) {
		ref, _, err := p.Ref(p.ids[1])
		if err != nil {
			t.Fatal(err)
		}
		change(&ref)
		data, err := json.Marshal(ref)
		if err != nil {
			t.Fatal(err)
		}
		put(t, p, workspace.Write{Shelf: "refs", Key: ref.ID, Value: data})
	}
}
