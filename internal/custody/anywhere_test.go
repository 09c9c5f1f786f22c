package custody

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"amana/internal/workspace"
)

// contents returns all records of a workspace, by shelf and key.
func contents(t *testing.T, w *workspace.Workspace) map[string]string {
	t.Helper()
	all := make(map[string]string)
	names, err := w.Shelves()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		for item, err := range w.Shelf(name).All() {
			if err != nil {
				t.Fatal(err)
			}
			all[name+"/"+item.Key] = string(item.Value)
		}
	}
	return all
}

// A byte changed anywhere in the index is found, by opening the workspace or by
// verifying it, or it is a byte of no record, and nothing that the workspace says is
// another thing than before. A byte changed anywhere in an original is always found.
func TestVerifyAnywhere(t *testing.T) {
	p := makePlace(t, 2)
	want := contents(t, p.Workspace)
	p.Close()
	index := filepath.Join(p.path, "index.db")
	whole, err := os.ReadFile(index)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	found, free := 0, 0
	for range 150 {
		at := random.IntN(len(whole))
		data := bytes.Clone(whole)
		data[at] ^= byte(1 + random.IntN(255))
		if err := os.WriteFile(index, data, 0o600); err != nil {
			t.Fatal(err)
		}
		w, err := workspace.Open(p.path, p.key.Identities)
		if err != nil {
			found++
			continue
		}
		l, err := Open(w, p.key)
		if err != nil {
			t.Fatal(err)
		}
		r, err := l.Verify(t.Context(), nil)
		switch {
		case err != nil || len(r.Faults) > 0:
			found++
		default:
			free++
			got := contents(t, w)
			if len(got) != len(want) {
				t.Errorf("byte %d: %d records, and %d before", at, len(got), len(want))
			}
			for key, value := range want {
				if got[key] != value {
					t.Errorf("byte %d: %s was changed unseen", at, key)
				}
			}
		}
		w.Close()
	}
	if found == 0 || free == 0 {
		t.Errorf("%d found, %d free: the test shows little", found, free)
	}
	if err := os.WriteFile(index, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	p.open(t)
	original, err := os.ReadFile(originalOf(p))
	if err != nil {
		t.Fatal(err)
	}
	for range 30 {
		data := bytes.Clone(original)
		data[random.IntN(len(data))] ^= byte(1 + random.IntN(255))
		if err := os.WriteFile(originalOf(p), data, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, faults := p.verified(t); len(faults) == 0 {
			t.Fatal("a changed byte of an original was not found")
		}
	}
}
