package workspace

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
)

func newIdentity(t *testing.T) []*age.HybridIdentity {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return []*age.HybridIdentity{id}
}

// newWork makes a workspace, which is closed when the test ends.
func newWork(t *testing.T) *Workspace {
	t.Helper()
	w, err := Create(filepath.Join(t.TempDir(), "work"), newIdentity(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

const testID = "0123456789abcdef0123456789abcdef"

// What was put is there again; nothing of it can be read from the folder, nor with
// another key.
func TestKeeps(t *testing.T) {
	path, ids := filepath.Join(t.TempDir(), "work"), newIdentity(t)
	w, err := Create(path, ids)
	if err != nil {
		t.Fatal(err)
	}
	const marker = "marker-91357"
	b := w.Begin()
	original := []byte("age-encryption.org/v1 …")
	ref := Ref{ID: testID, Kind: "testimony", Thread: marker, Size: int64(len(original))}
	if err := b.Add(t.Context(), ref, []byte(`{"schema":"amana/testimony/2","answers":{"narrative":"`+marker+`"}}`), bytes.NewReader(original), nil); err != nil {
		t.Fatal(err)
	}
	if err := b.Commit(Write{"other", marker, []byte(marker)}); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if w, err = Open(path, ids); err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	got, found, err := w.Ref(testID)
	if err != nil || !found || got.Thread != marker || got.SHA256 == "" {
		t.Errorf("%+v %v %v", got, found, err)
	}
	if doc, err := w.Testimony(testID); err != nil || doc.Answers["narrative"] != marker {
		t.Errorf("%v %v", doc, err)
	}
	if value, err := w.Shelf("other").Get(marker); err != nil || string(value) != marker {
		t.Errorf("%q %v", value, err)
	}
	w.Close()
	if _, err := Open(path, newIdentity(t)); !errors.Is(err, ErrNotOurs) {
		t.Errorf("another key: %v", err)
	}
	err = filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), "91357") {
			t.Errorf("%s has it in the open", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A shelf gives each of its records once, however many they are.
func TestShelfGivesAll(t *testing.T) {
	w := newWork(t)
	var writes []Write
	for i := range 3*pageOfItems + 1 {
		writes = append(writes, Write{"many", strings.Repeat("x", i), []byte{byte(i)}})
	}
	if err := w.Put(writes...); err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]bool)
	for item, err := range w.Shelf("many").All() {
		if err != nil {
			t.Fatal(err)
		}
		seen[item.Key] = true
	}
	if len(seen) != len(writes) {
		t.Errorf("%d of %d", len(seen), len(writes))
	}
}
