// Package revive keeps a vault going whose disk fails and comes back.
//
// When the disk fails to write, the vault takes nothing more: uploads in flight end
// without a receipt, and whoever begins one is told. What is kept can be read as long
// as the disk lets it. Meanwhile the vault is opened anew, again and again, until the
// disk takes what it is given, and holds at least as much as was acknowledged before.
// Then it goes on, in the same process.
//
// What was acknowledged was on stable storage before anything failed; what was being
// written when the disk failed was never acknowledged. So nothing is repaired here.
//
// The package touches no file itself: [Options] says how to. It holds no testimony.
package revive

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"amana/vault"
)

// ErrLost is wrapped when the disk came back with less than was acknowledged. Then
// nothing more is taken until somebody has looked at it and started the server again.
var ErrLost = errors.New("testimonies that were acknowledged are missing")

// Engine is a vault that can be opened anew.
type Engine interface {
	vault.Store

	// Prove writes something that changes nothing, and returns once it is on stable
	// storage.
	Prove(ctx context.Context) error
}

// Options say how to open a vault anew, and who is told. All fields but the times are
// required.
type Options struct {
	// Probe says whether the disk takes anything, without touching the vault. As long
	// as it does not, the vault stays open for reading.
	Probe func() error

	// Open opens the vault anew. The one before is closed by then.
	Open func() (Engine, error)

	// Closed is told once when the vault takes nothing any more, and once more if it
	// cannot be opened or has lost something.
	Closed func(why error)

	// Back is told once when it takes testimonies again; findings is what a check of
	// the records finds damaged.
	Back func(findings []vault.Finding)

	// Wait is how long to wait before it is opened anew; 0 means a second. After each
	// attempt it doubles, up to Most; 0 means half a minute.
	Wait, Most time.Duration

	// Every is how often the vault is asked to prove that it can be written to, whether
	// somebody comes or not, so that the first to find out is no source; 0 means a
	// minute. It also keeps the files' own times from telling for long when somebody came
	// last.
	Every time.Duration
}

// Store is a vault that comes back. It implements [vault.Store].
type Store struct {
	o    Options
	away atomic.Pointer[error] // why nothing is taken; nil if all is well

	mu     sync.Mutex
	now    *life // nil while it cannot be opened
	closed bool

	stopping chan struct{}
	mending  sync.WaitGroup

	removing sync.RWMutex // held by calls that remove something
	gone     atomic.Int64 // what may have been removed although a call failed

	// Only mend uses these, and one runs at a time.
	wait time.Duration
	back time.Time // when it came back last
}

var _ vault.Store = (*Store)(nil)

// life is a vault from an opening to the next.
type life struct {
	store   Engine
	writing context.Context // ends when the disk failed
	fail    context.CancelFunc
	reading context.Context // ends before it is closed
	end     context.CancelFunc
}

func newLife(store Engine) *life {
	l := &life{store: store}
	l.reading, l.end = context.WithCancel(context.Background())
	l.writing, l.fail = context.WithCancel(l.reading)
	return l
}

// New takes over a vault that is open.
func New(store Engine, o Options) *Store {
	if o.Wait <= 0 {
		o.Wait = time.Second
	}
	if o.Most <= 0 {
		o.Most = 30 * time.Second
	}
	if o.Every <= 0 {
		o.Every = time.Minute
	}
	s := &Store{o: o, now: newLife(store), stopping: make(chan struct{}), wait: o.Wait}
	s.mending.Go(s.watch)
	return s
}

// present returns the vault that is open.
func (s *Store) present() (*life, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != nil {
		return s.now, nil
	}
	if away := s.away.Load(); away != nil {
		return nil, *away
	}
	return nil, errors.New("vault: it is closed")
}

// failed looks at the error of a call that writes, and begins to mend if the disk
// failed. It returns the error that the caller is to get.
func (s *Store) failed(l *life, err error) error {
	if err == nil {
		return nil
	}
	cause := err
	if !broke(cause) {
		cause = l.store.Ready()
	}
	if broke(cause) && l.reading.Err() == nil {
		s.leave(l, cause)
	}
	if errors.Is(err, vault.ErrFull) {
		return err
	}
	if away := s.away.Load(); away != nil {
		return *away
	}
	if l.writing.Err() != nil { // it has come back meanwhile, but not for this one
		return fmt.Errorf("vault: %w meanwhile", vault.ErrDisk)
	}
	return err
}

// broke says whether an error is about a disk that failed. One that is full mends by
// itself.
func broke(err error) bool { return errors.Is(err, vault.ErrDisk) && !errors.Is(err, vault.ErrFull) }

// leave ends all writing to a life, once.
func (s *Store) leave(l *life, cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.now != l || s.away.Load() != nil {
		return
	}
	err := fmt.Errorf("vault: nothing is taken until the disk is well again: %w", cause)
	s.away.Store(&err)
	l.fail()
	s.mending.Go(func() {
		s.o.Closed(err)
		s.mend()
	})
}

// Ready implements [vault.Store].
func (s *Store) Ready() error {
	if away := s.away.Load(); away != nil {
		return *away
	}
	l, err := s.present()
	if err != nil {
		return err
	}
	return s.failed(l, l.store.Ready())
}

// Close implements [vault.Store].
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return errors.New("vault: it is closed")
	}
	s.closed = true
	close(s.stopping)
	s.mu.Unlock()
	s.mending.Wait()
	s.mu.Lock()
	l := s.now
	s.now = nil
	s.mu.Unlock()
	if l == nil {
		return nil
	}
	return l.store.Close()
}
