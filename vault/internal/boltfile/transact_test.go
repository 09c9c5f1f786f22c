package boltfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"
)

func TestGuard(t *testing.T) {
	damaged, other := errors.New("it is damaged"), errors.New("other")
	for _, c := range []struct {
		name     string
		fn       func() error
		want     error
		panicked bool
	}{
		{"nothing", func() error { return nil }, nil, false},
		{"an error", func() error { return other }, other, false},
		{"a panic", func() error { panic("page 7") }, damaged, true},
		{"a fault", func() error { var p *int; *p = 1; return nil }, damaged, true},
	} {
		err := Guard(damaged, c.fn)
		if panicked := (*PanicError)(nil); !errors.Is(err, c.want) || errors.As(err, &panicked) != c.panicked {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.panicked && !strings.HasPrefix(err.Error(), "it is damaged: ") {
			t.Errorf("%s: it says %q", c.name, err)
		}
	}
}

// openDB opens a new file of bbolt's, and returns its handle too.
func openDB(t *testing.T) (db *bbolt.DB, f *os.File, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "db")
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{OpenFile: func(path string, flag int, mode fs.FileMode) (_ *os.File, err error) {
		f, err = os.OpenFile(path, flag, mode)
		return f, err
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, f, path
}

// What happens when a flush fails is in the tests of those who use it, which make one
// fail.
func TestTransact(t *testing.T) {
	db, f, _ := openDB(t)
	undo := make([]byte, db.Info().PageSize)
	refuse := errors.New("refused")
	for _, c := range []struct {
		bucket string
		err    error
	}{{"a", nil}, {"b", refuse}, {"c", nil}, {"d", nil}} {
		doubt, err := Transact(db, f, undo, func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket([]byte(c.bucket))
			return errors.Join(err, c.err)
		})
		if doubt != nil || !errors.Is(err, c.err) {
			t.Errorf("%s: %v, %v", c.bucket, doubt, err)
		}
		err = db.View(func(tx *bbolt.Tx) error {
			if there := tx.Bucket([]byte(c.bucket)) != nil; there != (c.err == nil) {
				t.Errorf("%s is there: %v", c.bucket, there)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	if doubt, err := Transact(db, f, undo, func(*bbolt.Tx) error { return nil }); doubt != nil || err == nil {
		t.Errorf("when it is closed: %v, %v", doubt, err)
	}
}

func TestLock(t *testing.T) {
	db, _, path := openDB(t)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if ok, err := Lock(f, path); ok || err != nil {
		t.Errorf("what bbolt has open is locked again: %v, %v", ok, err)
	}
	db.Close()
	if ok, err := Lock(f, path); !ok || err != nil {
		t.Errorf("what nobody has open: %v, %v", ok, err)
	}
	// Another file has taken the name.
	if err := errors.Join(os.WriteFile(path+".new", nil, 0o600), os.Rename(path+".new", path)); err != nil {
		t.Fatal(err)
	}
	if ok, err := Lock(f, path); ok || err != nil {
		t.Errorf("what has lost its name: %v, %v", ok, err)
	}
	f.Close()
	if ok, err := Lock(f, path); ok || err == nil {
		t.Errorf("what is closed: %v, %v", ok, err)
	}
}
