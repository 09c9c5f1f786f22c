package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"

	"go.etcd.io/bbolt"
	bberrors "go.etcd.io/bbolt/errors"

	"amana/vault"
	"amana/vault/internal/boltfile"
	"amana/vault/internal/boltpages"
)

const (
	formatVersion1 = "amana/vault/1"
	formatVersion2 = "amana/vault/2"
	formatVersion3 = "amana/vault/3"
	formatVersion  = "amana/vault/4"

	// mapSize is address space, not memory. While the file fits in it bbolt
	// never has to wait for readers in order to map it anew.
	mapSize = 64 << 30

	// growth is how far bbolt lengthens a file at a time; the file is sparse.
	// Each time costs a flush of the file system's journal.
	growth = 64 << 20
)

var (
	metaBucket = []byte("meta")
	versionKey = []byte("version")
	pairKey    = []byte("pair")    // the same 16 random bytes in both files of a vault
	dueKey     = []byte("rewrite") // there if a rewrite of headers.db is due
)

// file is one bbolt file, with care for what bbolt leaves to its caller: panics
// on damaged pages, faults on truncated files, and a failed flush of the page
// that makes a transaction visible.
type file struct {
	path   string
	bucket []byte
	os     *os.File // bbolt's own handle
	db     *bbolt.DB

	fallback bool // one of the two first pages was damaged when the file was opened

	broken atomic.Pointer[error] // why nothing may be written until the file is opened anew
	stuck  atomic.Bool           // bbolt panicked, so its locks may be held for ever
	mu     sync.Mutex            // held by update
	undo   []byte                // as long as a page

	opened sync.RWMutex // held to use os and db; locked to open them anew
	grown  int64        // bytes of pages taken since they were opened
}

// openFile opens a file that exists and is whole as far as bbolt will look at
// it while opening, so that bbolt meets no damage there.
func openFile(path string, bucket []byte) (_ *file, err error) {
	f := &file{path: path, bucket: bucket}
	defer func() {
		if err != nil && f.db == nil && f.os != nil {
			f.os.Close() // after a panic in bbolt; gives up the lock
		}
	}()
	if err := f.precheck(); err != nil {
		return nil, err
	}
	if err := guard(func() error { return f.open() }); err != nil {
		return nil, fmt.Errorf("vault: open %s: %w", path, err)
	}
	if err := f.checkVersion(); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// precheck looks at the file under a lock of its own, because bbolt trusts what
// it maps: a wrong page can make it run or allocate without end.
func (f *file) precheck() error {
	pf, err := boltfile.Open(f.path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("vault: open: %w", err)
	}
	defer pf.Close()
	if ok, err := boltfile.Lock(pf, f.path); err != nil {
		return fmt.Errorf("vault: lock %s: %w", f.path, err)
	} else if !ok {
		return fmt.Errorf("vault: open %s: %w", f.path, ErrLocked)
	}
	if f.fallback, err = checkBeforeOpen(pf, f.bucket); err != nil {
		return fmt.Errorf("vault: open %s: %w: %w", f.path, ErrDamaged, err)
	}
	return nil
}

func (f *file) open() error {
	options := &bbolt.Options{
		Timeout:      boltfile.LockTimeout,
		FreelistType: bbolt.FreelistMapType,
		// The free list is written with every transaction (the default). It
		// stays small, see remove.go; without it bbolt walks the whole file at
		// every start and after every failure, in memory that grows with it.
		InitialMmapSize: mapSize,
		OpenFile: func(path string, flag int, mode fs.FileMode) (*os.File, error) {
			var err error
			f.os, err = boltfile.Open(path, flag, mode)
			return f.os, err
		},
	}
	db, err := bbolt.Open(f.path, 0o600, options)
	if errors.Is(err, syscall.ENOMEM) || errors.Is(err, syscall.EINVAL) {
		options.InitialMmapSize = 0 // little address space: map as much as needed
		db, err = bbolt.Open(f.path, 0o600, options)
	}
	if errors.Is(err, bberrors.ErrTimeout) {
		return ErrLocked
	}
	if err != nil {
		return err
	}
	db.AllocSize = growth
	f.db, f.undo = db, make([]byte, db.Info().PageSize)
	return nil
}

// createFile makes an empty file of the format under a temporary name; the
// caller renames it.
func createFile(path string, bucket, pair []byte) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("vault: create: %w", err)
	}
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: boltfile.LockTimeout})
	if err != nil {
		return fmt.Errorf("vault: create %s: %w", path, asFull(err))
	}
	defer db.Close()
	if err := db.Update(func(tx *bbolt.Tx) error { return layOut(tx, bucket, pair) }); err != nil {
		return fmt.Errorf("vault: create %s: %w", path, asFull(err))
	}
	return nil
}

// layOut makes the buckets of an empty file.
func layOut(tx *bbolt.Tx, bucket, pair []byte) error {
	meta, err := tx.CreateBucket(metaBucket)
	if err != nil {
		return err
	}
	if _, err := tx.CreateBucket(bucket); err != nil {
		return err
	}
	return errors.Join(meta.Put(versionKey, []byte(formatVersion)), meta.Put(pairKey, pair))
}

func (f *file) checkVersion() error {
	version, err := f.meta(versionKey)
	if err != nil {
		return fmt.Errorf("vault: open %s: %w", f.path, err)
	}
	switch string(version) {
	case formatVersion, formatVersion3, formatVersion2, formatVersion1:
		return nil
	}
	return fmt.Errorf("vault: open %s: %w: %.40q", f.path, ErrVersion, version)
}

// upgrade makes a file of an earlier version one of this version, in the transaction
// that first writes to it. A file that is only read stays as it is, so that one on a
// full or failing disk opens too. It must not come before a removal of a bucket.
func upgrade(tx *bbolt.Tx) error {
	meta := tx.Bucket(metaBucket)
	if meta == nil {
		return errors.New("a bucket is missing")
	}
	if bytes.Equal(meta.Get(versionKey), []byte(formatVersion)) {
		return nil
	}
	return meta.Put(versionKey, []byte(formatVersion))
}

// meta returns a value of the meta bucket, nil if there is none.
func (f *file) meta(key []byte) (value []byte, err error) {
	err = f.view(func(v *boltpages.View) error {
		meta, ok, err := v.Bucket(v.Root, metaBucket)
		if err != nil || !ok {
			return err
		}
		e, ok, err := v.Get(meta, key)
		if err != nil || !ok {
			return err
		}
		value, err = e.Read(nil, 1024)
		return err
	})
	return value, err
}

// view calls fn with the present state. fn must be short: while it runs, pages
// set free are not used again and the file grows instead.
func (f *file) view(fn func(*boltpages.View) error) error {
	if f.stuck.Load() {
		return *f.broken.Load()
	}
	f.opened.RLock()
	defer f.opened.RUnlock()
	var began bool
	err := guard(func() error {
		tx, err := f.db.Begin(false)
		if err != nil {
			return err
		}
		began = true
		defer tx.Rollback()
		size := int64(len(f.undo))
		m := boltpages.Meta{PageSize: size, High: uint64(tx.Size() / size), TxID: uint64(tx.ID())}
		m.Root.Page = uint64(tx.Cursor().Bucket().Root())
		return fn(m.View(f.os))
	})
	if panicked := (*boltfile.PanicError)(nil); !began && errors.As(err, &panicked) {
		f.breakDown(err)
		f.stuck.Store(true) // bbolt panicked in Begin and keeps its locks
	}
	return err
}

// update runs fn in one transaction and returns once it is on stable storage.
// After an error none of it is there, now or after a restart, unless the disk
// refuses even to be put back; then and whenever the state of the disk is in
// doubt nothing more is written until the vault is opened anew.
func (f *file) update(fn func(tx *bbolt.Tx, bucket *bbolt.Bucket) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.renew()
	if cause := f.broken.Load(); cause != nil {
		return *cause
	}
	err := guard(func() error { return f.transact(fn) })
	if panicked := (*boltfile.PanicError)(nil); errors.As(err, &panicked) {
		f.breakDown(err)
		f.stuck.Store(true)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(f.path), asFull(err))
	}
	return nil
}

func (f *file) transact(fn func(tx *bbolt.Tx, bucket *bbolt.Bucket) error) error {
	var tx *bbolt.Tx
	var refused error // by fn, and not by the disk
	doubt, err := boltfile.Transact(f.db, f.os, f.undo, func(t *bbolt.Tx) error {
		tx = t
		bucket := tx.Bucket(f.bucket)
		if bucket == nil {
			refused = errors.New("a bucket is missing")
		} else {
			refused = fn(tx, bucket)
		}
		return refused
	})
	if doubt != nil {
		f.breakDown(doubt)
	}
	if err != nil && refused == nil && !errors.Is(asFull(err), vault.ErrFull) {
		err = fmt.Errorf("%w: %w", vault.ErrDisk, err)
	}
	if err == nil {
		stats := tx.Stats()
		f.grown += stats.GetPageAlloc()
	}
	return err
}

// renewAfter is how many bytes of pages may be taken before the file is opened
// anew: bbolt remembers each run of pages that it took until it is closed, about
// 30 bytes for each, and a server runs for months. A variable for the tests.
var renewAfter int64 = 32 << 30

// renew opens the file anew when it is time and nobody reads just now.
func (f *file) renew() {
	if f.grown < renewAfter || f.broken.Load() != nil || !f.opened.TryLock() {
		return
	}
	defer f.opened.Unlock()
	f.grown = 0
	err := f.close()
	if err == nil {
		err = guard(f.open)
	}
	if err != nil {
		f.breakDown(err)
	}
}

// breakDown ends all writing to the file.
func (f *file) breakDown(err error) {
	err = fmt.Errorf("vault: %w and the vault must be opened anew: %w", vault.ErrDisk, err)
	f.broken.CompareAndSwap(nil, &err)
}

// reusable returns the bytes inside the file that hold nothing.
func (f *file) reusable() int64 {
	s := f.db.Stats()
	return int64(s.FreePageN+s.PendingPageN) * int64(len(f.undo))
}

func (f *file) close() error {
	if f.stuck.Load() {
		return f.os.Close()
	}
	if err := guard(f.db.Close); err != nil {
		return fmt.Errorf("vault: close %s: %w", f.path, err)
	}
	return nil
}

// guard turns panics and faults in fn into errors that wrap [ErrDamaged].
func guard(fn func() error) error { return boltfile.Guard(ErrDamaged, fn) }
