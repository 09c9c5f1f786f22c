package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// only fails the test unless a folder holds exactly the given names.
func only(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("the folder holds %q, want %q", got, names)
	}
}

func TestWriteFile(t *testing.T) {
	for _, mode := range []fs.FileMode{0o600, 0o640, 0o400} {
		dir := t.TempDir()
		path := filepath.Join(dir, "f")
		if err := WriteFile(path, []byte("words"), mode); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		info, statErr := os.Stat(path)
		if err != nil || statErr != nil || string(data) != "words" || info.Mode() != mode {
			t.Errorf("%v: %q, %v, %v, %v", mode, data, info.Mode(), err, statErr)
		}
		only(t, dir, "f")
	}
}

// Whatever stands at the path stays as it is, and nothing is left beside it.
func TestNeverOverwrites(t *testing.T) {
	for name, put := range map[string]func(path string) error{
		"file":          func(p string) error { return os.WriteFile(p, []byte("before"), 0o600) },
		"empty file":    func(p string) error { return os.WriteFile(p, nil, 0o600) },
		"folder":        func(p string) error { return os.Mkdir(p, 0o700) },
		"link":          func(p string) error { return os.Symlink("f-elsewhere", p) },
		"link to a dir": func(p string) error { return os.Symlink(".", p) },
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "f")
		if err := put(path); err != nil {
			t.Fatal(err)
		}
		before, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := WriteFile(path, []byte("after"), 0o600); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: %v", name, err)
		}
		after, err := os.Lstat(path)
		if err != nil || !os.SameFile(before, after) || before.Size() != after.Size() || before.Mode() != after.Mode() {
			t.Errorf("%s: it was changed (%v)", name, err)
		}
		only(t, dir, "f")
	}
}

// Two writers of one name: the second one to end loses, whole.
func TestSecondWriterLoses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	var files [2]*File
	for i := range files {
		f, err := Create(path, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(strings.Repeat("x", i+1)); err != nil {
			t.Fatal(err)
		}
		files[i] = f
	}
	if err := files[1].Commit(); err != nil {
		t.Fatal(err)
	}
	if err := files[0].Commit(); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second commit: %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "xx" {
		t.Errorf("%q, %v", data, err)
	}
	only(t, dir, "f")
}

// Until Commit the final name is not there; after Discard or a failure, nothing
// is.
func TestNothingIsLeft(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	begin := func() *File {
		f, err := Create(path, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("half"); err != nil {
			t.Fatal(err)
		}
		if name := filepath.Base(f.Name()); !strings.HasPrefix(name, ".f.partial-") {
			t.Errorf("the temporary name is %s", name)
		}
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the final name is there already (%v)", err)
		}
		return f
	}
	f := begin()
	f.Discard()
	f.Discard()
	only(t, dir)

	f = begin()
	f.File.Close() // what a failing disk does to the flush
	if err := f.Commit(); err == nil {
		t.Error("committed without a flush")
	}
	only(t, dir)

	f = begin()
	if err := os.Remove(f.Name()); err != nil {
		t.Fatal(err)
	}
	if err := f.Commit(); err == nil {
		t.Error("committed a file that is gone")
	}
	only(t, dir)

	f = begin()
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Discard() // does nothing any more
	only(t, dir, "f")
}

func TestMissingFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	if err := WriteFile(filepath.Join(dir, "f"), nil, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("write: %v", err)
	}
	if err := SyncDir(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("flush: %v", err)
	}
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	for i, words := range []string{"first", "second, which is longer", "", "x"} {
		mode := []fs.FileMode{0o600, 0o640}[i%2]
		if err := Replace(path, []byte(words), mode); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		info, statErr := os.Stat(path)
		if err != nil || statErr != nil || string(data) != words || info.Mode() != mode {
			t.Errorf("%q with mode %v (%v, %v)", data, info.Mode(), err, statErr)
		}
		only(t, dir, "f")
	}
	// A link is replaced, not what it leads to.
	link := filepath.Join(dir, "link")
	if err := os.Symlink("f", link); err != nil {
		t.Fatal(err)
	}
	if err := Replace(link, []byte("y"), 0o600); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "x" {
		t.Errorf("through the link: %q, %v", data, err)
	}
}

// Whoever reads while it is replaced sees one content whole, never none and never
// a part.
func TestReplaceIsWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	contents := []string{strings.Repeat("a", 100_000), strings.Repeat("b", 50_000)}
	if err := Replace(path, []byte(contents[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		for i := range 50 {
			if err := Replace(path, []byte(contents[(i+1)%2]), 0o600); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		data, err := os.ReadFile(path)
		if err != nil || string(data) != contents[0] && string(data) != contents[1] {
			t.Fatalf("%d bytes, %v", len(data), err)
		}
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return
		default:
		}
	}
}

// If it fails, the old content stays and nothing is left beside it.
func TestReplaceFails(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.MkdirAll(filepath.Join(path, "g"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Replace(path, []byte("x"), 0o600); err == nil {
		t.Error("a folder was replaced")
	}
	only(t, dir, "f")
	only(t, path, "g")
	if err := Replace(filepath.Join(dir, "none", "f"), nil, 0o600); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}
