package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const otherID = "01ffffffffffffffffffffffffffffff" // its original lies beside that of testID

// put adds an envelope whose original has the given text.
func put(t *testing.T, b *Batch, id, payload, text string) error {
	t.Helper()
	return b.Add(t.Context(), Ref{ID: id, Thread: id, Payload: payload, Size: int64(len(text))}, []byte("{}"), strings.NewReader(text), nil)
}

// files returns the names below originals.
func files(t *testing.T, w *Workspace) (names []string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(w.Path(), originalsName), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, d.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func want(t *testing.T, got []string, names ...string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(names) {
		t.Errorf("%v, want %v", got, names)
	}
}

// What goes wrong with an envelope leaves nothing of it, and a batch counts as a whole.
func TestBatch(t *testing.T) {
	w := newWork(t)
	b := w.Begin()
	bad := errors.New("bad")
	for what, err := range map[string]error{
		"verify":     b.Add(t.Context(), Ref{ID: testID, Size: 4}, nil, strings.NewReader("four"), func() error { return bad }),
		"too short":  b.Add(t.Context(), Ref{ID: testID, Size: 5}, nil, strings.NewReader("four"), nil),
		"too long":   b.Add(t.Context(), Ref{ID: testID, Size: 3}, nil, strings.NewReader("four"), nil),
		"no id":      b.Add(t.Context(), Ref{ID: "../../../etc/passwd", Size: 4}, nil, strings.NewReader("four"), nil),
		"upper case": b.Add(t.Context(), Ref{ID: strings.ToUpper(otherID), Size: 4}, nil, strings.NewReader("four"), nil),
	} {
		if err == nil || what == "verify" && !errors.Is(err, bad) {
			t.Errorf("%s: %v", what, err)
		}
	}
	want(t, files(t, w))
	if err := put(t, b, testID, "p", "four"); err != nil {
		t.Fatal(err)
	}
	if _, found, _ := w.Ref(testID); found {
		t.Error("it is there before the commit")
	}
	b.Discard()
	want(t, files(t, w))
	if err := errors.Join(put(t, b, testID, "p", "four"), b.Commit(Write{"x", "y", []byte("z")})); err != nil {
		t.Fatal(err)
	}
	want(t, files(t, w), testID+".age")
	ref, found, err := w.Ref(testID)
	if err != nil || !found || ref.SHA256 != "04efaf080f5a3e74e1c29d1ca6a48569382cbbcd324e8d59d2b83ef21c039f00" || !w.Lies(ref) {
		t.Errorf("%+v %v %v", ref, found, err)
	}
	// Another payload under the same id is refused, and the original stays.
	if err := put(t, b, testID, "other", "five!"); !errors.Is(err, ErrOther) {
		t.Errorf("another payload: %v", err)
	}
	if err := errors.Join(put(t, b, otherID, "q", "more"), b.Commit()); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(w.Path(), originalPath(testID)))
	if err != nil || string(data) != "four" {
		t.Errorf("%q %v", data, err)
	}
	if err := os.Remove(filepath.Join(w.Path(), originalPath(testID))); err != nil || w.Lies(ref) {
		t.Errorf("it lies there still: %v", err)
	}
}

// A batch is full before it takes much memory.
func TestBatchIsBounded(t *testing.T) {
	w := newWork(t)
	b := w.Begin()
	defer b.Discard()
	words := bytes.Repeat([]byte{' '}, mostWords/2)
	for i := range 3 {
		if b.Full() != (i == 2) {
			t.Fatalf("full after %d: %v", i, b.Full())
		}
		id := fmt.Sprintf("%032x", i)
		if err := b.Add(t.Context(), Ref{ID: id, Size: 1}, words, strings.NewReader("x"), nil); err != nil {
			t.Fatal(err)
		}
	}
}

// What a killed program had only begun goes; what it had not yet named in the index
// is replaced when it comes again; nothing else is touched.
func TestTidy(t *testing.T) {
	w := newWork(t)
	folder := filepath.Join(w.Path(), originalsName, "01")
	keep := []string{otherID + ".age", "." + testID + ".age.partial.txt", ".x.age.partial", "notes"}
	for _, name := range append([]string{"." + testID + partialEnd}, keep...) {
		if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(filepath.Join(folder, name), []byte("left"), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Tidy(); err != nil {
		t.Fatal(err)
	}
	want(t, files(t, w), "."+testID+".age.partial.txt", ".x.age.partial", otherID+".age", "notes")
	b := w.Begin()
	if err := errors.Join(put(t, b, otherID, "p", "right"), b.Commit()); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(filepath.Join(folder, otherID+".age")); string(data) != "right" {
		t.Errorf("%q", data)
	}
}

// A link that somebody laid where an original goes leads nowhere.
func TestLinksInOriginals(t *testing.T) {
	w := newWork(t)
	outside := filepath.Join(t.TempDir(), "outside")
	victim := filepath.Join(w.Path(), originalsName, "ff", "ff00000000000000000000000000000f.age")
	if err := errors.Join(os.WriteFile(outside, []byte("mine"), 0o600), os.MkdirAll(filepath.Dir(victim), 0o700),
		os.WriteFile(victim, []byte("mine"), 0o600), os.MkdirAll(filepath.Join(w.Path(), originalsName, "01"), 0o700)); err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{outside, filepath.Join("..", "ff", filepath.Base(victim))} {
		for _, name := range []string{originalPath(testID), filepath.Join(originalsName, testID[:2], partialName(testID))} {
			at := filepath.Join(w.Path(), name)
			os.Remove(at)
			if err := os.Symlink(target, at); err != nil {
				t.Fatal(err)
			}
		}
		if f, err := w.Original(testID); err == nil {
			f.Close()
			t.Errorf("the link to %s was followed", target)
		}
		if w.Lies(Ref{ID: testID, Size: 4}) {
			t.Error("a link counts as an original")
		}
		b := w.Begin()
		if err := errors.Join(put(t, b, testID, "p", "words"), b.Commit()); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{outside, victim} {
			if data, err := os.ReadFile(path); string(data) != "mine" {
				t.Errorf("%s now holds %q (%v)", path, data, err)
			}
		}
	}
	// A folder that leads out of the workspace.
	if err := os.Symlink(filepath.Dir(outside), filepath.Join(w.Path(), originalsName, "aa")); err != nil {
		t.Fatal(err)
	}
	if err := put(t, w.Begin(), strings.Repeat("a", 32), "p", "words"); !errors.Is(err, ErrWrite) {
		t.Errorf("a folder outside: %v", err)
	}
}
