package boltfile

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// write makes a file with data at its start, at its end and in a hole of some MiB, and
// returns it with all that it holds.
func write(t *testing.T, path string) (f *os.File, all []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	all = make([]byte, 9<<20+77)
	for _, off := range []int64{0, 4<<20 - 3, int64(len(all)) - 40} {
		if _, err := f.WriteAt([]byte("must not be found afterwards"), off); err != nil {
			t.Fatal(err)
		}
		copy(all[off:], "must not be found afterwards")
	}
	if err := f.Truncate(int64(len(all))); err != nil {
		t.Fatal(err)
	}
	return f, all
}

// read returns what a file holds that is open, from its start on.
func read(t *testing.T, f *os.File, size int) []byte {
	t.Helper()
	info, err := f.Stat()
	if err != nil || info.Size() != int64(size) {
		t.Fatalf("%d bytes, want %d (%v)", info.Size(), size, err)
	}
	all := make([]byte, size)
	if _, err := f.ReadAt(all, 0); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestOverwrite(t *testing.T) {
	f, all := write(t, filepath.Join(t.TempDir(), "file"))
	if !bytes.Equal(read(t, f, len(all)), all) {
		t.Fatal("the file is not as it was written")
	}
	if err := Overwrite(f); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(read(t, f, len(all)), make([]byte, len(all))) {
		t.Error("something is left")
	}
	f.Close()
	if err := Overwrite(f); err == nil {
		t.Error("a file that is closed is overwritten")
	}
}

func TestErase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	f, all := write(t, path)
	for range 2 { // the second time there is none
		if err := Erase(path); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the name is still there (%v)", err)
	}
	if !bytes.Equal(read(t, f, len(all)), make([]byte, len(all))) {
		t.Error("it was removed and not overwritten")
	}
}

// A link is removed, and what it leads to stays as it is.
func TestEraseLink(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	f, all := write(t, path)
	link := path + ".link"
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := Erase(link); err == nil {
		t.Error("nothing is said of a link")
	}
	if _, err := os.Lstat(link); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the link is still there (%v)", err)
	}
	if !bytes.Equal(read(t, f, len(all)), all) {
		t.Error("what the link leads to was overwritten")
	}
}

func TestExchange(t *testing.T) {
	dir := t.TempDir()
	fresh, old := filepath.Join(dir, "fresh"), filepath.Join(dir, "old")
	if err := errors.Join(os.WriteFile(fresh, []byte("fresh"), 0o600), os.WriteFile(old, []byte("old"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := Exchange(fresh, old); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(old); string(got) != "fresh" {
		t.Errorf("the name leads to %q (%v)", got, err)
	}
	// Where names cannot be exchanged there is none.
	if got, err := os.ReadFile(fresh); string(got) != "old" && !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the other name leads to %q (%v)", got, err)
	}
	if err := Exchange(filepath.Join(dir, "none"), old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there got a name: %v", err)
	}
}
