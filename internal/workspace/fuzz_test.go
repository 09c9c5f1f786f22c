package workspace

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// The plaintext of a record has one spelling, and nothing else is taken for one.
func FuzzRecord(f *testing.F) {
	f.Fuzz(func(t *testing.T, plain []byte) {
		key, value, ok := unpack(bytes.Clone(plain))
		if !ok {
			return
		}
		again, err := pack(key, value)
		if err != nil || !bytes.Equal(again, plain) {
			t.Fatalf("%q %x is written in another way (%v)", key, value, err)
		}
	})
}

// Whatever an index holds, it gives records that were sealed, or an error, and ends.
func FuzzIndex(f *testing.F) {
	key := bytes.Repeat([]byte{7}, 32)
	box, err := newBox(key)
	if err != nil {
		f.Fatal(err)
	}
	dir := f.TempDir()
	if err := createIndex(dir, key); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, indexName))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(0, []byte{})
	f.Add(len(whole)-1, []byte{1})
	f.Add(8, []byte{0, 0})
	for page := 0; page+4096 <= len(whole); page += 4096 {
		for at := range 48 {
			f.Add(page+at, []byte{0xFF})
		}
	}
	f.Fuzz(func(t *testing.T, at int, with []byte) {
		data := bytes.Clone(whole)
		if at >= 0 && at < len(data) {
			copy(data[at:], with)
		}
		path := t.TempDir()
		if err := os.WriteFile(filepath.Join(path, indexName), data, 0o600); err != nil {
			t.Fatal(err)
		}
		useIndex(t, path, box)
	})
}

// useIndex opens an index, reads all that is in it and writes to it. What goes wrong
// must be an error that says that it is damaged.
func useIndex(t *testing.T, path string, b *box) {
	t.Helper()
	root, err := os.OpenRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	x, err := openIndex(root, openRegular)
	if err != nil {
		if !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
		return
	}
	defer x.close()
	w := &Workspace{box: b, index: x, root: root}
	for _, shelf := range []string{about, refs, documents, "many"} {
		for item, err := range w.Shelf(shelf).All() {
			if err != nil && !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			if err == nil && shelf == about && string(item.Value) != schema {
				t.Fatalf("a record says %q", item.Value)
			}
		}
	}
	if err := w.Put(Write{"many", "more", make([]byte, 5000)}); err != nil && !errors.Is(err, ErrDamaged) {
		t.Fatal(err)
	}
}
