package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"
)

// hostile makes a workspace with some records, closes it, lets spoil change its folder,
// and returns what opening it and reading all of it says.
func hostile(t *testing.T, spoil func(path string)) error {
	t.Helper()
	path, ids := filepath.Join(t.TempDir(), "work"), newIdentity(t)
	w, err := Create(path, ids)
	if err != nil {
		t.Fatal(err)
	}
	var writes []Write
	for i := range 600 {
		writes = append(writes, Write{"many", fmt.Sprint(i), bytes.Repeat([]byte{byte(i)}, 10*i)}, Write{"few", fmt.Sprint(i % 3), nil})
	}
	if err := errors.Join(w.Put(writes...), w.Put(Write{"few", "1", []byte("one")}, Write{"few", "2", []byte("two")}), w.Close()); err != nil {
		t.Fatal(err)
	}
	spoil(path)
	if w, err = Open(path, ids); err != nil {
		return err
	}
	defer w.Close()
	for _, shelf := range []string{"many", "few"} {
		for _, err := range w.Shelf(shelf).All() {
			if err != nil {
				return err
			}
		}
	}
	return w.Put(Write{"few", "3", []byte("three")})
}

// Whatever lies in the folder is told of as what it is; nothing panics or waits.
func TestHostileFolder(t *testing.T) {
	index := func(fn func(data []byte) []byte) func(string) {
		return func(path string) {
			data, err := os.ReadFile(filepath.Join(path, indexName))
			if err == nil {
				err = os.WriteFile(filepath.Join(path, indexName), fn(data), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	instead := func(name string, make func(path string) error) func(string) {
		return func(path string) {
			at := filepath.Join(path, name)
			if err := errors.Join(os.Rename(at, at+".real"), make(at)); err != nil {
				t.Fatal(err)
			}
		}
	}
	link := func(at string) error { return os.Symlink(filepath.Base(at)+".real", at) }
	pipe := func(at string) error { return syscall.Mkfifo(at, 0o600) }
	for what, c := range map[string]struct {
		spoil func(string)
		want  error
	}{
		"nothing":           {func(string) {}, nil},
		"empty index":       {index(func([]byte) []byte { return nil }), ErrDamaged},
		"garbage":           {index(func(d []byte) []byte { rand.NewChaCha8([32]byte{1}).Read(d); return d }), ErrDamaged},
		"zeros":             {index(func(d []byte) []byte { return make([]byte, len(d)) }), ErrDamaged},
		"cut in the middle": {index(func(d []byte) []byte { return d[:len(d)/2/4096*4096] }), ErrDamaged},
		"cut in a page":     {index(func(d []byte) []byte { return d[:5000] }), ErrDamaged},
		"no index":          {func(path string) { os.Remove(filepath.Join(path, indexName)) }, ErrDamaged},
		"index is a link":   {instead(indexName, link), ErrDamaged},
		"index is a pipe":   {instead(indexName, pipe), ErrDamaged},
		"index is a folder": {instead(indexName, func(at string) error { return os.Mkdir(at, 0o700) }), ErrDamaged},
		"key is a link":     {instead(keyName, link), ErrNotWorkspace},
		"key is a pipe":     {instead(keyName, pipe), ErrNotWorkspace},
		"no key":            {func(path string) { os.Remove(filepath.Join(path, keyName)) }, ErrNotWorkspace},
		"key is garbage": {func(path string) {
			os.WriteFile(filepath.Join(path, keyName), []byte("age-encryption.org/v1\n"), 0o600)
		}, ErrDamaged},
		"foreign index": {instead(indexName, func(at string) error {
			return createIndex(filepath.Dir(at), bytes.Repeat([]byte{1}, 32))
		}), ErrDamaged},
	} {
		if err := hostile(t, c.spoil); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
}

// A byte that is changed anywhere in the index is never taken for another record, and
// never ends the program.
func TestChangedBytes(t *testing.T) {
	key := bytes.Repeat([]byte{7}, 32)
	dir := t.TempDir()
	box, err := newBox(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := createIndex(dir, key); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	x, err := openIndex(root, openRegular)
	if err != nil {
		t.Fatal(err)
	}
	w := &Workspace{box: box, index: x, root: root}
	for i := range 200 {
		if err := w.Put(Write{"many", fmt.Sprint(i), make([]byte, 30*i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, indexName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		data := bytes.Clone(whole)
		at := random.IntN(len(data))
		if i%2 == 0 { // heads of pages matter most
			at = at/4096*4096 + random.IntN(64)
		}
		data[at] ^= byte(1 + random.IntN(255))
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		useIndex(t, dir, box)
	}
}

// A record that is moved to another name or shelf is damage.
func TestMovedRecords(t *testing.T) {
	for what, to := range map[string]struct{ shelf, key string }{"name": {"few", "2"}, "shelf": {"many", "1"}} {
		w := newWork(t)
		if err := w.Put(Write{"few", "1", []byte("one")}, Write{"few", "2", []byte("two")}, Write{"many", "1", []byte("x")}); err != nil {
			t.Fatal(err)
		}
		err := w.index.update(func(tx *bbolt.Tx) error {
			sealed := bytes.Clone(tx.Bucket([]byte("few")).Get(w.box.name("few", "1")))
			return tx.Bucket([]byte(to.shelf)).Put(w.box.name(to.shelf, to.key), sealed)
		})
		if err != nil {
			t.Fatal(err)
		}
		if value, err := w.Shelf(to.shelf).Get(to.key); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %q %v", what, value, err)
		}
	}
}
