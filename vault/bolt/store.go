// Package bolt keeps sealed testimonies in two bbolt files.
//
// headers.db holds one small record a testimony; it alone says what is kept. It is
// small enough to be written anew, as a new file, when headers were dropped.
// payloads.db holds the sealed bytes in pieces, written as they come. A payload
// without a record was never acknowledged: its record was never made visible, so
// it is in no list and no bundle, and its room is used again. The layout is in
// docs/formats.md, "Vault".
//
// The package may touch the two files in its folder, new ones on their way to those
// names, and for a moment that of [Probe], and nothing else. It holds ciphertext only, so
// its buffers may be used again without being cleared. Its memory is bounded: a pool of
// [poolBuffers] buffers, some transactions of bbolt, and the age header of each upload
// under way.
package bolt

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"

	"amana/internal/durable"
	"amana/vault"
)

// ErrLocked is wrapped when another process has the vault open.
var ErrLocked = errors.New("another process has the vault open")

// ErrClosed is wrapped by every call after Close.
var ErrClosed = errors.New("vault: it is closed")

// ErrDamaged is wrapped when something kept does not make sense.
var ErrDamaged = errors.New("the vault is damaged")

// ErrVersion is wrapped when a file has a format that this program does not know.
var ErrVersion = errors.New("unknown vault format")

const (
	headersFile  = "headers.db"
	payloadsFile = "payloads.db"

	defaultReserve = 2 << 30
)

var (
	headersBucket  = []byte("testimonies")
	payloadsBucket = []byte("payloads")
)

// Options are the choices of whoever opens a vault. The zero value is good.
type Options struct {
	// Reserve is how many bytes of free disk are left untouched, so that the
	// machine keeps working and the operator can still act; short notes may use
	// it, see [vault.Store]. 0 means 2 GiB; a
	// negative number means none.
	Reserve int64

	// Logf is told, in the form of [fmt.Printf], of what needs no answer but
	// should be known: room reclaimed, damage met. It never sees a label's day,
	// nor anything of a source. nil means silence.
	Logf func(format string, args ...any)
}

// Store is a vault in a folder. It implements [vault.Store].
type Store struct {
	logf     func(string, ...any)
	headers  *file
	payloads *file
	disk     disk
	pool     *pool

	chunks   chan chunk    // to the committer of payloads
	requests chan *request // to the committer of records
	ended    sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	calls   sync.WaitGroup
	pending map[vault.ID]*pending // who owns an id: see claim.go
	counts  vault.Usage

	sound bool          // all records were, when the vault was opened
	turn  chan struct{} // holds a token while one of the calls works that take turns

	removals atomic.Uint64 // grows before a record is removed

	orphans     []orphan // to be removed; only the committer of payloads uses it after Open
	orphanBytes atomic.Int64
	inside      atomic.Int64 // bytes in payloads.db that can be used again
}

var _ vault.Store = (*Store)(nil)

// Create makes a new empty vault in dir, which must exist, and opens it. The
// files have mode 0600. If a vault stands there already the error wraps
// [fs.ErrExist].
func Create(dir string, options Options) (*Store, error) {
	headers, payloads := filepath.Join(dir, headersFile), filepath.Join(dir, payloadsFile)
	if err := vacant(headers, nil); err != nil {
		return nil, err
	}
	if err := vacant(payloads, payloadsBucket); err != nil {
		return nil, err
	}
	pair := make([]byte, 16)
	rand.Read(pair)
	for _, f := range []struct {
		path   string
		bucket []byte
	}{{payloads, payloadsBucket}, {headers, headersBucket}} {
		partial := filepath.Join(dir, "."+filepath.Base(f.path)+".partial")
		if err := createFile(partial, f.bucket, pair); err != nil {
			os.Remove(partial)
			return nil, err
		}
		// Not a link as in internal/durable: a second name left by a crash would
		// keep an old headers.db alive after it was rewritten without something.
		if err := os.Rename(partial, f.path); err != nil {
			return nil, fmt.Errorf("vault: create %s: %w", f.path, err)
		}
	}
	if err := durable.SyncDir(dir); err != nil {
		return nil, fmt.Errorf("vault: create: %w", err)
	}
	return Open(dir, options)
}

// vacant returns nil if nothing stands at path. headers.db is made last, so a
// Create that was cut off leaves payloads.db alone and empty; that is removed.
func vacant(path string, bucket []byte) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("vault: create: %w", err)
	}
	if bucket != nil {
		if f, err := openFile(path, bucket); err == nil {
			empty, err := f.empty()
			if err = errors.Join(err, f.close()); err == nil && empty {
				if err := os.Remove(path); err != nil {
					return fmt.Errorf("vault: create: %w", err)
				}
				return nil
			}
		}
	}
	return fmt.Errorf("vault: create %s: %w", path, fs.ErrExist)
}

// Open opens the vault in dir. It reads headers.db once, so its time grows with
// the number of testimonies, not with their size. Errors wrap [ErrLocked] if
// another process has it open, [ErrVersion] or [ErrDamaged] for files it will
// not touch, [fs.ErrNotExist] if there is none.
func Open(dir string, options Options) (_ *Store, err error) {
	s := &Store{
		logf:     options.Logf,
		disk:     disk{dir: dir, reserve: options.Reserve},
		chunks:   make(chan chunk, 2*poolBuffers),
		requests: make(chan *request, poolBuffers),
		pending:  map[vault.ID]*pending{},
		turn:     make(chan struct{}, 1),
	}
	if s.logf == nil {
		s.logf = func(string, ...any) {}
	}
	if options.Reserve == 0 {
		s.disk.reserve = defaultReserve
	}
	s.disk.reserve = max(s.disk.reserve, 0)
	if s.pool, err = newPool(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			s.release()
		}
	}()
	if s.headers, err = openFile(filepath.Join(dir, headersFile), headersBucket); err != nil {
		return nil, err
	}
	if s.payloads, err = openFile(filepath.Join(dir, payloadsFile), payloadsBucket); err != nil {
		return nil, err
	}
	if err := s.load(); err != nil {
		return nil, fmt.Errorf("vault: open %s: %w", dir, err)
	}
	if err := s.finishRewrite(); err != nil {
		return nil, fmt.Errorf("vault: open %s: %w", dir, err)
	}
	s.ended.Add(2)
	go s.commitPayloads()
	go s.commitRecords()
	return s, nil
}

func (s *Store) release() error {
	errs := []error{s.pool.close()}
	for _, f := range []*file{s.payloads, s.headers} {
		if f != nil {
			errs = append(errs, f.close())
		}
	}
	return errors.Join(errs...)
}

// enter begins a call that Close waits for.
func (s *Store) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.calls.Add(1)
	return nil
}

func (s *Store) leave() { s.calls.Done() }

// Close waits for the calls under way and releases the files. Testimonies that
// were not committed are forgotten.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return ErrClosed
	}
	s.closed = true
	s.mu.Unlock()
	s.calls.Wait()
	close(s.chunks)
	s.ended.Wait()
	return s.release()
}

// broken says why nothing can be written, if so.
func (s *Store) broken() error {
	for _, f := range []*file{s.payloads, s.headers} {
		if err := f.broken.Load(); err != nil {
			return *err
		}
	}
	return nil
}

// room returns how many bytes may be written before the reserve is reached.
func (s *Store) room() (int64, error) {
	return s.disk.room(s.inside.Load() + s.orphanBytes.Load())
}

// Ready implements [vault.Store].
func (s *Store) Ready() error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if err := s.broken(); err != nil {
		return err
	}
	room, err := s.room()
	if err == nil {
		err = s.disk.refuses()
	}
	if err == nil && room <= 0 {
		err = fmt.Errorf("vault: the reserve of free disk is reached: %w", vault.ErrFull)
	}
	return err
}
