package workspace

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"
)

// A panic of bbolt is an error, then and afterwards, and closing does not wait.
func TestPanicIsDamage(t *testing.T) {
	w := newWork(t)
	if err := w.index.view(func(*bbolt.Tx) error { panic("page 7") }); !errors.Is(err, ErrDamaged) {
		t.Errorf("%v", err)
	}
	if _, err := w.Shelf("few").Get("1"); !errors.Is(err, ErrDamaged) {
		t.Errorf("afterwards: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

// Two programs do not work in one workspace.
func TestBusy(t *testing.T) {
	path, ids := filepath.Join(t.TempDir(), "work"), newIdentity(t)
	w, err := Create(path, ids)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := Open(path, ids); !errors.Is(err, ErrBusy) {
		t.Errorf("%v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(path, ids)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

// On a medium that cannot be written to a workspace is there for reading.
func TestReadOnly(t *testing.T) {
	w := newWork(t)
	if err := errors.Join(w.Put(Write{"few", "1", []byte("one")}), w.index.close()); err != nil {
		t.Fatal(err)
	}
	var err error
	w.index, err = openIndex(w.root, func(root *os.Root, name string, flag int) (*os.File, error) {
		if flag&os.O_RDWR != 0 {
			return nil, syscall.EROFS
		}
		return openRegular(root, name, flag)
	})
	if err != nil {
		t.Fatal(err)
	}
	if value, err := w.Shelf("few").Get("1"); err != nil || string(value) != "one" || !w.ReadOnly() {
		t.Errorf("%q %v", value, err)
	}
	if err := w.Put(Write{"few", "1", nil}); !errors.Is(err, ErrReadOnly) {
		t.Errorf("%v", err)
	}
	if _, err := w.Begin().Original(testID, 4); !errors.Is(err, ErrReadOnly) || !errors.Is(err, ErrWrite) {
		t.Errorf("%v", err)
	}
}

// What a run left that was killed while it made a workspace is taken over; anything
// else is not.
func TestCreateOverRest(t *testing.T) {
	path, ids := filepath.Join(t.TempDir(), "work"), newIdentity(t)
	w, err := Create(path, ids)
	if err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := Create(path, ids); err == nil {
		t.Error("made over another")
	}
	if err := errors.Join(os.Remove(filepath.Join(path, keyName)), os.WriteFile(filepath.Join(path, "."+keyName+".partial-1"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if w, err = Create(path, ids); err != nil {
		t.Fatal(err)
	}
	w.Close()
	os.Remove(filepath.Join(path, keyName))
	if err := os.Mkdir(filepath.Join(path, originalsName, "00"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path, ids); err == nil {
		t.Error("made over originals whose key is gone")
	}
}
