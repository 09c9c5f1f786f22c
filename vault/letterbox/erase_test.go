package letterbox

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// pieces are parts of a letter that would be found wherever it still stands.
func pieces(l Letter) [][]byte {
	return [][]byte{l.Mailbox[:], l.ID[:], l.Sealed[:64], l.Sealed[6000:6064], l.Sealed[len(l.Sealed)-64:]}
}

// foundIn counts the pieces of letters in all files of the folder.
func foundIn(t testing.TB, path string, letters ...Letter) (n int) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	hidden, err2 := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, hidden...) {
		info, err := os.Stat(name)
		if err != nil || info.IsDir() {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range letters {
			for _, piece := range pieces(l) {
				if bytes.Contains(data, piece) {
					n++
				}
			}
		}
	}
	return n
}

// alone fails the test unless the letterbox is the only file in its folder.
func alone(t testing.TB, path string) {
	t.Helper()
	if all, err := os.ReadDir(filepath.Dir(path)); err != nil || len(all) != 1 {
		t.Errorf("there are %d files (%v), want 1", len(all), err)
	}
}

func TestEraseErases(t *testing.T) {
	b, path := newBox(t)
	var stay, go1, go2 []Letter
	for n := range 20 {
		stay = append(stay, letter(n, n, day))
		go1 = append(go1, letter(100, 100+n, day))
		go2 = append(go2, letter(200+n, 200+n, "2025-01-01"))
	}
	put(t, b, append(append(append([]Letter(nil), stay...), go1...), go2...)...)
	before, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer before.Close()
	if err := b.Remove(t.Context(), go1[0].Mailbox); err != nil {
		t.Fatal(err)
	}
	if n, err := b.Expire(t.Context(), day); err != nil || n != len(go2) {
		t.Fatal(n, err)
	}
	holds(t, b, stay...)
	if n := foundIn(t, path, append(go1, go2...)...); n == 0 {
		t.Error("nothing is found before it is erased: the search does not look")
	}
	if err := b.Erase(t.Context()); err != nil {
		t.Fatal(err)
	}
	holds(t, b, stay...)
	if n := foundIn(t, path, append(go1, go2...)...); n != 0 {
		t.Errorf("%d pieces of removed letters are found", n)
	}
	alone(t, path)
	// The old file is zeros, wherever it now is.
	old := make([]byte, 1<<20)
	if n, err := before.ReadAt(old, 0); n == 0 || !bytes.Equal(old[:n], make([]byte, n)) {
		t.Errorf("the old file was not overwritten (%d bytes, %v)", n, err)
	}
	// It goes on with the new one, and there is nothing more to erase.
	first, _ := os.Stat(path)
	put(t, b, go1[0])
	if err := b.Erase(t.Context()); err != nil {
		t.Error(err)
	}
	if second, _ := os.Stat(path); !os.SameFile(first, second) {
		t.Error("it was written anew without need")
	}
	b.Close()
	holds(t, open(t, path), append(stay, go1[0])...)
}

// Open finishes an Erase that is due, and removes what one that was cut off has left.
func TestOpenErases(t *testing.T) {
	b, path := newBox(t)
	stay, gone := letter(1, 1, day), letter(2, 2, day)
	put(t, b, stay, gone)
	if err := b.Remove(t.Context(), gone.Mailbox); err != nil {
		t.Fatal(err)
	}
	left := b.rewriteName()
	b.Close()
	if err := os.WriteFile(left, gone.Sealed, 0o600); err != nil {
		t.Fatal(err)
	}
	held, err := os.Open(left)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	holds(t, open(t, path), stay)
	if n := foundIn(t, path, gone); n != 0 {
		t.Errorf("%d pieces of the removed letter are found", n)
	}
	alone(t, path)
	old := make([]byte, len(gone.Sealed))
	if _, err := held.ReadAt(old, 0); err != nil || !bytes.Equal(old, make([]byte, len(old))) {
		t.Errorf("what was left was not overwritten (%v)", err)
	}
}

// A damaged letterbox is opened by nobody, and what stands beside it stays: it may be
// all that is left.
func TestOpenErasesNothingWhenDamaged(t *testing.T) {
	b, path := newBox(t)
	put(t, b, letter(1, 1, day))
	left := b.rewriteName()
	b.Close()
	copyOf, err := os.ReadFile(path)
	if err := errors.Join(err, os.WriteFile(left, copyOf, 0o600), os.WriteFile(path, make([]byte, len(copyOf)), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrDamaged) {
		t.Errorf("%v", err)
	}
	if data, err := os.ReadFile(left); err != nil || !bytes.Equal(data, copyOf) {
		t.Errorf("what stands beside it was touched (%v)", err)
	}
}

// An Erase that is stopped changes nothing and stays due.
func TestEraseStops(t *testing.T) {
	b, path := newBox(t)
	stay, gone := letter(1, 1, day), letter(2, 2, day)
	put(t, b, stay, gone)
	if err := b.Remove(t.Context(), gone.Mailbox); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Erase(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	holds(t, b, stay)
	alone(t, path)
	if err := b.Erase(t.Context()); err != nil {
		t.Error(err)
	}
	if n := foundIn(t, path, gone); n != 0 {
		t.Errorf("%d pieces of the removed letter are found", n)
	}
}
