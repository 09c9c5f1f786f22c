package letterbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"amana/vault/internal/boltpages"
)

// lockTimeout only has to outlast a process that is just ending.
const lockTimeout = 500 * time.Millisecond

// file is the bbolt file, with care for what bbolt leaves to its caller: panics on
// damaged pages, faults on truncated files, and a failed flush of the page that makes
// a transaction visible.
type file struct {
	os   *os.File // bbolt's own handle
	db   *bbolt.DB
	undo []byte // the first page that the next transaction will write over

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
	f, err := os.OpenFile(path, flag&^os.O_CREATE|syscall.O_NOFOLLOW, mode)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	for deadline := time.Now().Add(lockTimeout); ; time.Sleep(10 * time.Millisecond) {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock: %w", err)
		}
		if time.Now().After(deadline) {
			return nil, ErrLocked
		}
	}
	if !stands(f, path) {
		return nil, ErrLocked // another process has just written it anew
	}
	if err = checkPages(f); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return f, nil
}

// stands says whether a file that is open is the one with that name.
func stands(f *os.File, path string) bool {
	a, err := f.Stat()
	b, err2 := os.Stat(path)
	return err == nil && err2 == nil && os.SameFile(a, b)
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
// means that the file must not be written to again.
func (f *file) update(fn func(meta, letters *bbolt.Bucket) error) (broken bool, err error) {
	if f.stuck.Load() {
		return true, ErrDamaged
	}
	err = guard(func() error {
		tx, err := f.db.Begin(true)
		if err != nil {
			return err
		}
		id := uint64(tx.ID())
		slot := int64(id%2) * int64(len(f.undo))
		if _, err := f.os.ReadAt(f.undo, slot); err != nil {
			return errors.Join(err, tx.Rollback())
		}
		if err := inBuckets(tx, fn); err != nil {
			return errors.Join(err, tx.Rollback())
		}
		if err = tx.Commit(); err == nil {
			return nil
		}
		// If the page that makes the transaction visible was written and only its
		// flush failed, bbolt reports an error and shows the transaction. Put the page
		// back, or the same letters, put again, would be taken for kept.
		if m, merr := boltpages.ReadMeta(f.os, slot); merr == nil && m.TxID == id {
			broken = true
			_, werr := f.os.WriteAt(f.undo, slot)
			err = errors.Join(err, werr, f.os.Sync())
		}
		return err
	})
	if panicked := (*panicError)(nil); errors.As(err, &panicked) {
		f.stuck.Store(true)
		broken = true
	}
	return broken, err
}

func (f *file) close() error {
	if f.stuck.Load() {
		return f.os.Close()
	}
	return guard(f.db.Close)
}

// panicError is a panic of bbolt's, which it raises on damaged pages, or a fault in
// memory that is mapped from a file that became shorter.
type panicError struct{ cause any }

// Error says what bbolt said.
func (e *panicError) Error() string { return fmt.Sprintf("%v: %v", ErrDamaged, e.cause) }

// Unwrap returns [ErrDamaged].
func (e *panicError) Unwrap() error { return ErrDamaged }

// guard turns panics and faults in fn into errors.
func guard(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			err = &panicError{cause}
		}
	}()
	return fn()
}
