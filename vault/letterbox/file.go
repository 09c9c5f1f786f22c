package letterbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync/atomic"
	"syscall"

	"go.etcd.io/bbolt"

	"amana/vault/internal/boltfile"
)

// file is the bbolt file, with care for what bbolt leaves to its caller: panics on
// damaged pages, faults on truncated files, and a failed flush of the page that makes
// a transaction visible.
type file struct {
	os   *os.File // bbolt's own handle
	db   *bbolt.DB
	undo []byte // as long as a page

	stuck atomic.Bool // bbolt panicked where it may keep its locks for ever
}

// openFile opens a file that exists and whose pages make sense.
func openFile(path string) (*file, error) {
	f := &file{}
	options := &bbolt.Options{
		FreelistType: bbolt.FreelistMapType,
		OpenFile: func(path string, flag int, mode fs.FileMode) (*os.File, error) {
			var err error
			f.os, err = openChecked(path, flag, mode)
			return f.os, err
		},
	}
	err := guard(func() (err error) {
		f.db, err = bbolt.Open(path, 0o600, options)
		return err
	})
	if err != nil {
		if f.os != nil {
			f.os.Close() // after a panic; gives up the lock
		}
		return nil, err
	}
	f.undo = make([]byte, f.db.Info().PageSize)
	err = f.view(func(meta, _ *bbolt.Bucket) error {
		if v := meta.Get(versionKey); string(v) != formatVersion {
			return fmt.Errorf("%w: %.40q", ErrVersion, v)
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// openChecked opens a file, locks it as bbolt will do once more, and looks at its
// pages: bbolt trusts what it maps, and a wrong page can make it descend without end.
func openChecked(path string, flag int, mode fs.FileMode) (_ *os.File, err error) {
	f, err := boltfile.Open(path, flag&^os.O_CREATE|syscall.O_NOFOLLOW, mode)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if ok, err := boltfile.Lock(f, path); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	} else if !ok {
		return nil, ErrLocked
	}
	if err = checkPages(f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return f, nil
}

// view calls fn with the two buckets. What it reads is valid only in fn.
func (f *file) view(fn func(meta, letters *bbolt.Bucket) error) error {
	if f.stuck.Load() {
		return ErrDamaged
	}
	began := false
	err := guard(func() error {
		tx, err := f.db.Begin(false)
		if err != nil {
			return err
		}
		began = true
		defer tx.Rollback()
		return inBuckets(tx, fn)
	})
	if !began && errors.Is(err, ErrDamaged) {
		f.stuck.Store(true)
	}
	return err
}

func inBuckets(tx *bbolt.Tx, fn func(meta, letters *bbolt.Bucket) error) error {
	meta, letters := tx.Bucket(metaBucket), tx.Bucket(lettersBucket)
	if meta == nil || letters == nil {
		return fmt.Errorf("%w: a bucket is missing", ErrDamaged)
	}
	return fn(meta, letters)
}

// update calls fn in a transaction and returns once it is on stable storage. broken
// means that the file must not be written to again: else the same letters, put again,
// might be taken for kept.
func (f *file) update(fn func(meta, letters *bbolt.Bucket) error) (broken bool, err error) {
	if f.stuck.Load() {
		return true, ErrDamaged
	}
	var doubt error
	err = guard(func() (err error) {
		doubt, err = boltfile.Transact(f.db, f.os, f.undo, func(tx *bbolt.Tx) error { return inBuckets(tx, fn) })
		return err
	})
	if panicked := (*boltfile.PanicError)(nil); errors.As(err, &panicked) {
		f.stuck.Store(true)
		return true, err
	}
	if doubt != nil {
		return true, doubt
	}
	return false, err
}

func (f *file) close() error {
	if f.stuck.Load() {
		return f.os.Close()
	}
	return guard(f.db.Close)
}

// guard turns panics and faults in fn into errors that wrap [ErrDamaged].
func guard(fn func() error) error { return boltfile.Guard(ErrDamaged, fn) }
