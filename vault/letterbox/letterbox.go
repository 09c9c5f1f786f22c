// Package letterbox keeps sealed replies until their sources come for them: one
// bbolt file, described in docs/formats-mailbox.md.
//
// It holds ciphertext under random names, and the day each came in. It never knows
// whether somebody came for one, and a look leaves no trace in it. It may touch its
// file and a new one on the way to its name, and nothing else.
package letterbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"amana/internal/durable"
	"amana/vault/internal/boltfile"

	"go.etcd.io/bbolt"
)

// ErrFull is wrapped when a mailbox holds MaxPerMailbox letters already.
var ErrFull = errors.New("letterbox: the mailbox is full")

// ErrNotFound is wrapped by errors about a letter that is not there.
var ErrNotFound = errors.New("letterbox: no such letter")

// ErrTaken is wrapped when another letter has the id already.
var ErrTaken = errors.New("letterbox: another letter has this id")

// ErrDamaged is wrapped when something kept does not make sense.
var ErrDamaged = errors.New("letterbox: it is damaged")

// ErrVersion is wrapped when the file has a format that this program does not know.
var ErrVersion = errors.New("letterbox: unknown format")

// ErrLocked is wrapped when another process has the letterbox open.
var ErrLocked = errors.New("letterbox: another process has it open")

// ErrBroken is wrapped after a disk failed in the middle of a flush, until the letterbox
// is opened anew. What it holds can still be read.
var ErrBroken = errors.New("letterbox: the disk failed and it must be opened anew")

// ErrClosed is wrapped by every call after Close.
var ErrClosed = errors.New("letterbox: it is closed")

// Limits.
const (
	MaxLetter     = 16 << 10 // bytes of one letter
	MaxPerMailbox = 20
)

const formatVersion = "amana/letters/1"

var (
	metaBucket    = []byte("meta")
	lettersBucket = []byte("letters")
	versionKey    = []byte("version")
	dueKey        = []byte("erase") // there if an Erase is due
)

// Letter is one sealed reply.
type Letter struct {
	Mailbox [16]byte
	ID      [16]byte
	Day     string // when it was taken in, "2026-11-22"
	Sealed  []byte
}

// Box is an open letterbox. Its methods may be called at any time from any number
// of goroutines.
type Box struct {
	path string

	writing sync.Mutex // held by whoever writes
	broken  error      // why nothing may be written until it is opened anew

	using sync.RWMutex // held to use file; locked to exchange or close it
	file  *file        // nil once closed
}

// Open opens the letterbox in the file at path, and makes it, with mode 0600, if
// there is none. The caller must Close it.
func Open(path string) (*Box, error) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if err := begin(path); err != nil {
			return nil, fmt.Errorf("letterbox: create %s: %w", path, err)
		}
	}
	f, err := openFile(path)
	if err != nil {
		return nil, fmt.Errorf("letterbox: open %s: %w", path, err)
	}
	b := &Box{path: path, file: f}
	// The names that are seen now must be those after a power cut too, or what is
	// written from now on is written to a file that is not seen then.
	if err := durable.SyncDir(filepath.Dir(path)); err != nil {
		return nil, errors.Join(fmt.Errorf("letterbox: open %s: %w", path, err), b.Close())
	}
	// That an Erase which was cut off cannot be finished is no reason to keep letters
	// from their sources: it stays due, and the next one says why.
	_ = b.Erase(context.Background())
	return b, nil
}

// begin makes an empty letterbox under a temporary name and gives it its own.
func begin(path string) error {
	partial := hiddenName(path, "partial")
	if err := boltfile.Remove(partial); err != nil {
		return err
	}
	err := create(context.Background(), partial, nil)
	if err == nil {
		// Not a link as in internal/durable: a second name left by a crash would keep
		// the file alive after it was erased.
		err = os.Rename(partial, path)
	}
	if err != nil {
		return errors.Join(err, boltfile.Remove(partial))
	}
	return durable.SyncDir(filepath.Dir(path))
}

// hiddenName returns the name of a file beside the one at path.
func hiddenName(path, what string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"."+what)
}

// Close releases the file.
func (b *Box) Close() error {
	b.writing.Lock()
	defer b.writing.Unlock()
	b.using.Lock()
	defer b.using.Unlock()
	if b.file == nil {
		return ErrClosed
	}
	err := b.file.close()
	b.file = nil
	if err != nil {
		return fmt.Errorf("letterbox: close: %w", err)
	}
	return nil
}

// view calls fn in a transaction that only reads. It leaves no trace in the file.
func (b *Box) view(fn func(meta, letters *bbolt.Bucket) error) error {
	b.using.RLock()
	defer b.using.RUnlock()
	if b.file == nil {
		return ErrClosed
	}
	return b.file.view(fn)
}

// errNothing ends a transaction that has nothing to write.
var errNothing = errors.New("nothing to write")

// update calls fn in a transaction and returns once it is on stable storage. After an
// error nothing of it is there. If the state of the disk is in doubt, nothing more is
// written until the letterbox is opened anew.
func (b *Box) update(fn func(meta, letters *bbolt.Bucket) error) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	if b.broken != nil {
		return b.broken
	}
	b.using.RLock()
	defer b.using.RUnlock()
	if b.file == nil {
		return ErrClosed
	}
	broken, err := b.file.update(fn)
	if broken {
		b.broken = fmt.Errorf("%w: %w", ErrBroken, err)
	}
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}
