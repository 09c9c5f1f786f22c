package revive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"amana/vault"
	"amana/vault/bolt"
	"amana/vault/vaulttest"
)

// disk is what the tests do to the disk of a vault.
type disk struct {
	dir   string
	every time.Duration

	mu       sync.Mutex
	writes   error // of whatever is written
	opens    error // of Open
	probes   error
	hides    int // testimonies that are missing when it is opened anew
	opened   int
	closed   []string
	back     int
	findings int
}

func (d *disk) set(do func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	do()
}

func (d *disk) failing() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.writes
}

// engine is a real vault on that disk.
type engine struct {
	*bolt.Store
	d     *disk
	hides int
}

func (e engine) Ready() error {
	if err := e.d.failing(); err != nil {
		return err
	}
	return e.Store.Ready()
}

func (e engine) Prove(ctx context.Context) error {
	if err := e.d.failing(); err != nil {
		return err
	}
	return e.Store.Prove(ctx)
}

func (e engine) Usage(ctx context.Context) (vault.Usage, error) {
	u, err := e.Store.Usage(ctx)
	u.Testimonies -= e.hides
	return u, err
}

func (e engine) Remove(ctx context.Context, ids []vault.ID) (int, error) {
	n, err := e.Store.Remove(ctx, ids)
	if fail := e.d.failing(); fail != nil {
		return 0, fail // but it is done
	}
	return n, err
}

func (e engine) Create(ctx context.Context) (vault.Pending, error) {
	p, err := e.Store.Create(ctx)
	return failingPending{p, e.d}, err
}

type failingPending struct {
	vault.Pending
	d *disk
}

func (p failingPending) Commit(l vault.Label) (vault.ID, error) {
	if err := p.d.failing(); err != nil {
		p.Abort()
		return vault.ID{}, fmt.Errorf("commit: %w", err)
	}
	return p.Pending.Commit(l)
}

func (d *disk) open() (Engine, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened++
	if d.opens != nil {
		return nil, d.opens
	}
	s, err := bolt.Reopen(d.dir, bolt.Options{Reserve: -1})
	return engine{s, d, d.hides}, err
}

func (d *disk) options() Options {
	return Options{
		Probe:  func() error { d.mu.Lock(); defer d.mu.Unlock(); return d.probes },
		Open:   d.open,
		Closed: func(err error) { d.set(func() { d.closed = append(d.closed, err.Error()) }) },
		Back:   func(f []vault.Finding) { d.set(func() { d.back, d.findings = d.back+1, len(f) }) },
		Wait:   time.Millisecond, Most: 4 * time.Millisecond, Every: d.every,
	}
}

func newStore(t *testing.T) (*Store, *disk) {
	t.Helper()
	d := &disk{dir: memory(t)}
	first, err := bolt.Create(d.dir, bolt.Options{Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	s := New(engine{first, d, 0}, d.options())
	t.Cleanup(func() { s.Close() })
	return s, d
}

// memory returns a folder in memory where there is one: what is shown here is not what
// a disk keeps, and flushes would take most of the time.
func memory(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "amana-revive-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// errIO is a disk that fails.
var errIO = fmt.Errorf("flush: %w: %w", vault.ErrDisk, syscall.EIO)

func keep(s vault.Store, seed uint64) (vault.ID, error) {
	return vaulttest.Put(context.Background(), s, vaulttest.Header(2000, seed), vaulttest.Payload(70_000, seed), 10_000)
}

func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 5000 {
		if done() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("waited in vain: %s", what)
}

// The wrapper is a vault like any other, also over a real one that is opened anew.
func TestSuite(t *testing.T) {
	if detector {
		t.Skip("the vault below runs it under the detector, and TestOften what lies between")
	}
	again := func(t *testing.T, s vault.Store) vault.Store {
		t.Helper()
		old := s.(*Store)
		d := old.now.store.(engine).d
		old.Close()
		fresh, err := d.open()
		if err != nil {
			t.Fatal(err)
		}
		return New(fresh, d.options())
	}
	vaulttest.Run(t, vaulttest.Harness{
		New:    func(t *testing.T) vault.Store { s, _ := newStore(t); return s },
		Reopen: again,
	})
}

// A disk that fails closes the vault: uploads in flight end, none begins, what is kept
// can be read. When it is well again the vault is open, and has what was acknowledged.
func TestFailsAndComesBack(t *testing.T) {
	s, d := newStore(t)
	kept, err := keep(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	slow, err := s.Create(t.Context()) // in flight all the while
	if err != nil {
		t.Fatal(err)
	}
	if _, err := slow.Write(vaulttest.Header(2000, 9)); err != nil {
		t.Fatal(err)
	}
	d.set(func() { d.writes, d.probes = errIO, errIO })
	if _, err := keep(s, 2); !errors.Is(err, vault.ErrDisk) {
		t.Fatalf("a testimony on a disk that fails: %v", err)
	}
	for what, err := range map[string]error{
		"ready": s.Ready(), "create": second(s.Create(t.Context())), "create as": second(s.CreateAs(t.Context(), vault.NewID())),
		"create note": second(s.CreateNote(t.Context(), vault.NewID())), "in flight": second(slow.Write([]byte("more"))),
		"remove": second(s.Remove(t.Context(), []vault.ID{kept})), "collect": second(s.Collect(t.Context(), nil)), "rewrite": s.Rewrite(t.Context()),
	} {
		if !errors.Is(err, vault.ErrDisk) || errors.Is(err, vault.ErrFull) {
			t.Errorf("%s while the disk fails: %v", what, err)
		}
	}
	if all, err := vaulttest.All(t.Context(), s, 10); err != nil || len(all) != 1 || all[0].ID != kept {
		t.Errorf("while the disk fails %d are listed, %v", len(all), err)
	}
	if u, err := s.Usage(t.Context()); err != nil || !strings.Contains(u.Failed, "input/output error") {
		t.Errorf("the count says %q, %v", u.Failed, err)
	}
	time.Sleep(20 * time.Millisecond) // some attempts
	d.set(func() {
		if d.opened > 0 {
			t.Error("it was closed to readers although the disk takes nothing")
		}
		d.writes, d.probes = nil, nil
	})
	until(t, "it comes back", func() bool { return s.Ready() == nil })
	if _, err := slow.Commit(vaulttest.Label); !errors.Is(err, vault.ErrDisk) {
		t.Errorf("a testimony of before the failure is kept after it: %v", err)
	}
	if _, err := keep(s, 3); err != nil {
		t.Errorf("after it came back: %v", err)
	}
	until(t, "it is told", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.back > 0 })
	if u, err := s.Usage(t.Context()); err != nil || u.Testimonies != 2 || u.Failed != "" {
		t.Errorf("%d are kept, %v", u.Testimonies, err)
	}
	if len(d.closed) != 1 || !strings.Contains(d.closed[0], "input/output error") || d.back != 1 || d.findings != 0 {
		t.Errorf("told %q, and %d times that it is back with %d findings", d.closed, d.back, d.findings)
	}
}

func second[T any](_ T, err error) error { return err }

// The watch finds a disk that fails without any source, and one that is full is none.
func TestReadySees(t *testing.T) {
	s, d := newStore(t)
	d.set(func() { d.writes = fmt.Errorf("%w: no room", vault.ErrFull) })
	if err := s.Ready(); !errors.Is(err, vault.ErrFull) {
		t.Errorf("a disk that is full: %v", err)
	}
	if _, err := keep(s, 1); !errors.Is(err, vault.ErrFull) {
		t.Errorf("a testimony on a disk that is full: %v", err)
	}
	if d.set(func() { d.writes = nil }); s.Ready() != nil || d.opened > 0 || len(d.closed) > 0 {
		t.Error("a disk that was full counts as one that failed")
	}
	d.set(func() { d.writes = errIO })
	if err := s.Ready(); !errors.Is(err, vault.ErrDisk) {
		t.Errorf("ready: %v", err)
	}
	// It opens, but cannot be written to: then it stays closed, and can be read.
	until(t, "some attempts", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.opened > 3 })
	if s.Ready() == nil {
		t.Error("it is open although nothing can be written")
	}
	d.set(func() { d.writes = nil })
	until(t, "it comes back", func() bool { return s.Ready() == nil })
}

// A disk that fails only when it is written to is found without any source.
func TestProofs(t *testing.T) {
	d := &disk{dir: memory(t), every: time.Millisecond}
	first, err := bolt.Create(d.dir, bolt.Options{Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	s := New(silent{engine{first, d, 0}}, d.options())
	defer s.Close()
	if _, err := keep(s, 1); err != nil {
		t.Fatal(err)
	}
	d.set(func() { d.writes = errIO })
	told := func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.closed) == 1 }
	until(t, "it is found", told)
	d.set(func() { d.writes = nil })
	until(t, "it comes back", func() bool { return s.Ready() == nil })
}

// silent is a vault that does not know that its disk fails until it writes.
type silent struct{ engine }

func (s silent) Ready() error { return s.Store.Ready() }

// What cannot be opened is told once and tried again; readers get an error meanwhile.
func TestCannotBeOpened(t *testing.T) {
	s, d := newStore(t)
	if _, err := keep(s, 1); err != nil {
		t.Fatal(err)
	}
	d.set(func() { d.writes, d.opens = errIO, bolt.ErrDamaged })
	s.Ready()
	until(t, "some attempts", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.opened > 3 })
	if _, err := s.Usage(t.Context()); !errors.Is(err, vault.ErrDisk) {
		t.Errorf("usage: %v", err)
	}
	d.set(func() {
		if len(d.closed) != 2 || !strings.Contains(d.closed[1], "cannot be opened") {
			t.Errorf("told %q", d.closed)
		}
		d.writes, d.opens = nil, nil
	})
	until(t, "it comes back", func() bool { return s.Ready() == nil })
	if u, err := s.Usage(t.Context()); err != nil || u.Testimonies != 1 {
		t.Errorf("%d are kept, %v", u.Testimonies, err)
	}
}

// A disk that comes back without something it had confirmed gets nothing more. What is
// left can be read.
func TestLost(t *testing.T) {
	s, d := newStore(t)
	for seed := range uint64(3) {
		if _, err := keep(s, seed); err != nil {
			t.Fatal(err)
		}
	}
	d.set(func() { d.hides, d.writes = 1, errIO })
	s.Ready()
	d.set(func() { d.writes = nil })
	until(t, "it is told", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.closed) > 1 })
	if err := s.Ready(); !errors.Is(err, ErrLost) || !errors.Is(err, vault.ErrDisk) || !strings.Contains(err.Error(), "1 of 3") {
		t.Errorf("ready: %v", err)
	}
	if _, err := keep(s, 7); !errors.Is(err, ErrLost) {
		t.Errorf("a testimony is taken: %v", err)
	}
	if _, err := s.Usage(t.Context()); err != nil {
		t.Errorf("what is left cannot be read: %v", err)
	}
	opened := d.opened
	time.Sleep(20 * time.Millisecond)
	if d.set(func() {}); d.opened != opened || d.back > 0 || len(d.closed) != 2 {
		t.Errorf("it goes on trying: opened %d and then %d times; told %q", opened, d.opened, d.closed)
	}
}

// A removal whose call failed may have been kept: that is no loss.
func TestRemovedAllTheSame(t *testing.T) {
	s, d := newStore(t)
	id, err := keep(s, 1)
	if err != nil {
		t.Fatal(err)
	}
	// The engine counts it as kept until it is opened anew.
	s.now.store = engine{s.now.store.(engine).Store, d, -1}
	d.set(func() { d.writes = errIO })
	if _, err := s.Remove(t.Context(), []vault.ID{id}); !errors.Is(err, vault.ErrDisk) {
		t.Fatalf("remove: %v", err)
	}
	d.set(func() { d.writes = nil })
	until(t, "it comes back", func() bool { return s.Ready() == nil })
}

// Under failures again and again, from many goroutines, each testimony that was
// acknowledged is there once, and Close comes back.
func TestOften(t *testing.T) {
	s, d := newStore(t)
	var mu sync.Mutex
	acknowledged := map[vault.ID]bool{}
	var sources sync.WaitGroup
	stop := make(chan struct{})
	for n := range 6 {
		sources.Go(func() {
			for seed := uint64(n) << 20; ; seed++ {
				select {
				case <-stop:
					return
				default:
				}
				if id, err := keep(s, seed); err == nil {
					mu.Lock()
					acknowledged[id] = true
					mu.Unlock()
				}
				vaulttest.All(context.Background(), s, 100)
			}
		})
	}
	enough := func() bool {
		mu.Lock()
		defer mu.Unlock()
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.back >= 5 && len(acknowledged) >= 20
	}
	until(t, "enough failures", func() bool {
		time.Sleep(20 * time.Millisecond)
		d.set(func() { d.writes = errIO })
		time.Sleep(5 * time.Millisecond)
		d.set(func() { d.writes = nil })
		return enough()
	})
	until(t, "it comes back", func() bool { return s.Ready() == nil })
	close(stop)
	sources.Wait()
	until(t, "it comes back in the end", func() bool { return s.Ready() == nil })
	all, err := vaulttest.All(t.Context(), s, 100)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[vault.ID]bool{}
	for _, r := range all {
		kept[r.ID] = true
	}
	for id := range acknowledged {
		if !kept[id] {
			t.Errorf("%s was acknowledged and is lost", id)
		}
	}
	t.Logf("came back %d times; %d acknowledged, %d kept", d.back, len(acknowledged), len(kept))
	d.set(func() { d.writes = errIO })
	s.Ready()
	if err := s.Close(); err != nil {
		t.Errorf("close while it mends: %v", err)
	}
}
