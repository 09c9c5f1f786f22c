package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// lockTimeout is how long to wait for a lock. It only has to outlast a program that is
// just ending.
const lockTimeout = 500 * time.Millisecond

// index is the file with the records. What it calls of bbolt it guards: bbolt panics,
// or faults, on pages that were damaged under it.
type index struct {
	db       *bbolt.DB
	file     *os.File // what db works in
	readOnly bool
	broken   atomic.Bool // bbolt panicked: it may hold its locks for ever
	fellBack bool        // its newest page cannot be used
}

// openRegular opens a file of the folder that is one, and no link, pipe or device.
func openRegular(root *os.Root, name string, flag int) (*os.File, error) {
	before, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !before.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no plain file", name)
	}
	f, err := root.OpenFile(name, flag|plainly, 0)
	if err != nil {
		return nil, err
	}
	if after, err := f.Stat(); err != nil || !os.SameFile(before, after) {
		f.Close()
		return nil, fmt.Errorf("%s is another file than it was", name)
	}
	return f, nil
}

// openIndex opens the index, which must be there, for writing if the medium allows it.
// open is openRegular.
func openIndex(root *os.Root, open func(*os.Root, string, int) (*os.File, error)) (*index, error) {
	x := new(index)
	var err error
	x.file, err = open(root, indexName, os.O_RDWR)
	if readOnlyMedium(err) {
		x.readOnly = true
		x.file, err = open(root, indexName, os.O_RDONLY)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: its index, %s, is missing", ErrDamaged, indexName)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := lock(x.file, !x.readOnly); err != nil {
		x.file.Close()
		return nil, err
	}
	if err := checkPages(x.file); err != nil {
		x.file.Close()
		return nil, fmt.Errorf("%w: index: %w", ErrDamaged, err)
	}
	if m, err := newestMeta(x.file); err == nil {
		x.fellBack = fellBack(x.file, m.size)
	}
	if err := x.start(); err != nil {
		x.file.Close()
		return nil, err
	}
	return x, nil
}

// start gives the file to bbolt.
func (x *index) start() error {
	return x.guard(func() (err error) {
		x.db, err = bbolt.Open(indexName, 0o600, &bbolt.Options{
			Timeout: lockTimeout, FreelistType: bbolt.FreelistMapType, ReadOnly: x.readOnly,
			OpenFile: func(string, int, os.FileMode) (*os.File, error) { return x.file, nil },
		})
		switch {
		case errors.Is(err, bolterrors.ErrTimeout):
			return ErrBusy
		case err != nil:
			return fmt.Errorf("%w: index: %w", ErrDamaged, err)
		}
		return nil
	})
}

// guard turns panics and faults of bbolt in fn into an error.
func (x *index) guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			x.broken.Store(true)
			err = fmt.Errorf("%w: index: a page cannot be used", ErrDamaged)
		}
	}()
	return fn()
}

func (x *index) view(fn func(*bbolt.Tx) error) error {
	if x.broken.Load() {
		return fmt.Errorf("%w: index", ErrDamaged)
	}
	return x.guard(func() error { return x.db.View(fn) })
}

func (x *index) update(fn func(*bbolt.Tx) error) error {
	switch {
	case x.broken.Load():
		return fmt.Errorf("%w: index", ErrDamaged)
	case x.readOnly:
		return ErrReadOnly
	}
	return x.guard(func() error { return x.db.Update(fn) })
}

// close gives the file and its lock back.
func (x *index) close() error {
	if x.broken.Load() || x.db == nil {
		return x.file.Close() // and leaves what bbolt has mapped
	}
	return x.guard(x.db.Close)
}
