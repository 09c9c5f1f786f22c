package bolt

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"amana/vault"
	"amana/vault/internal/boltpages"
	"amana/vault/vaulttest"
)

func create(t testing.TB) *Store {
	t.Helper()
	s, err := Create(t.TempDir(), Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func reopen(t testing.TB, s *Store) *Store {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(s.disk.dir, Options{Reserve: -1, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	vaulttest.Run(t, vaulttest.Harness{
		New:    func(t *testing.T) vault.Store { return create(t) },
		Reopen: func(t *testing.T, s vault.Store) vault.Store { return reopen(t, s.(*Store)) },
	})
}

func TestCreate(t *testing.T) {
	dir := emptyVault(t)
	for _, name := range []string{headersFile, payloadsFile} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
	}
	if _, err := Create(dir, Options{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create over a vault: %v", err)
	}
	if _, err := Open(t.TempDir(), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Open of nothing: %v", err)
	}
	// Payloads whose headers were lost are never taken for a Create cut off.
	s := create(t)
	if _, err := vaulttest.Put(t.Context(), s, vaulttest.Header(1600, 1), vaulttest.Payload(100, 1), 1000); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := os.Remove(filepath.Join(s.disk.dir, headersFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(s.disk.dir, Options{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Create over payloads: %v", err)
	}
}

func TestLocked(t *testing.T) {
	s := create(t)
	defer s.Close()
	if _, err := Open(s.disk.dir, Options{}); !errors.Is(err, ErrLocked) {
		t.Errorf("Open of a vault that is open: %v, want ErrLocked", err)
	}
	out, err := child(t, "writers", s.disk.dir).CombinedOutput()
	if err == nil {
		t.Errorf("a second process opened the vault: %s", out)
	}
}

// TestLittleAddressSpace runs a vault where the usual map does not fit.
func TestLittleAddressSpace(t *testing.T) {
	dir, kept := emptyVault(t), map[vault.ID]uint64{}
	cmd := child(t, "few", dir, "sh", "-c", `ulimit -v 16000000 && exec "$0"`)
	cmd.Env = append(cmd.Env, "AMANA_VAULT_BEFORE=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	acknowledged(t, out, kept)
	if len(kept) != 11 {
		t.Errorf("%d testimonies kept, want 11: %s", len(kept), out)
	}
	verify(t, dir, kept, true)
}

func TestVersion(t *testing.T) {
	for _, name := range []string{headersFile, payloadsFile} {
		dir := emptyVault(t)
		db, err := bbolt.Open(filepath.Join(dir, name), 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(metaBucket).Put(versionKey, []byte("amana/vault/5")) })
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir, Options{}); !errors.Is(err, ErrVersion) {
			t.Errorf("%s of version 5: %v, want ErrVersion", name, err)
		}
	}
}

// TestStrangers puts the headers of one vault beside the payloads of another:
// none of these has a record, and all must stay.
func TestStrangers(t *testing.T) {
	a, b := emptyVault(t), emptyVault(t)
	if err := os.Rename(filepath.Join(a, headersFile), filepath.Join(b, headersFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(b, Options{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("Open of files of two vaults: %v, want ErrDamaged", err)
	}
}

func TestReserve(t *testing.T) {
	s := create(t)
	defer s.Close()
	p, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	u, err := s.Usage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Leave room for about 8 MiB, then write more.
	s.disk.mu.Lock()
	s.disk.reserve = u.Free - 8<<20
	s.disk.free, s.disk.written, s.disk.measured = u.Free, 0, time.Now().Add(-statfsAge/2)
	s.disk.mu.Unlock()
	p.Write(vaulttest.Header(1600, 1))
	data := vaulttest.Payload(1<<20, 1)
	for range 200 {
		if _, err = p.Write(data); err != nil {
			break
		}
	}
	if !errors.Is(err, vault.ErrFull) {
		t.Errorf("Write: %v, want ErrFull", err)
	}
	if _, err := p.Commit(vaulttest.Label); !errors.Is(err, vault.ErrFull) {
		t.Errorf("Commit: %v, want ErrFull", err)
	}
	p.Abort()
	s.disk.mu.Lock()
	s.disk.reserve = 1 << 60
	s.disk.mu.Unlock()
	if err := s.Ready(); !errors.Is(err, vault.ErrFull) {
		t.Errorf("Ready: %v, want ErrFull", err)
	}
	if _, err := s.Create(t.Context()); !errors.Is(err, vault.ErrFull) {
		t.Errorf("Create: %v, want ErrFull", err)
	}
	if u, err := s.Usage(t.Context()); err != nil || u.Free != 0 || u.Testimonies != 0 {
		t.Errorf("usage %+v, %v", u, err)
	}
	// There is room again.
	s.disk.mu.Lock()
	s.disk.reserve = 0
	s.disk.mu.Unlock()
	if _, err := vaulttest.Put(t.Context(), s, vaulttest.Header(1600, 2), data, 1<<20); err != nil {
		t.Errorf("with room again: %v", err)
	}
	for _, f := range vaulttest.Findings(t, s) {
		t.Errorf("%s: %s", f.ID, f.Problem)
	}
}

// abort writes size bytes and aborts.
func abort(t *testing.T, s *Store, size int) {
	t.Helper()
	p, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Write(vaulttest.Header(1600, 1))
	piece := vaulttest.Payload(1<<20, 1)
	for ; size > 0; size -= len(piece) {
		if _, err := p.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	p.Abort()
}

// TestRoomUsedAgain aborts again and again more than fits the list of free
// pages: the file grows little further, and the list never gets long.
func TestRoomUsedAgain(t *testing.T) {
	s := create(t)
	var high int64
	for round := range 4 {
		abort(t, s, 128<<20)
		if round == 2 {
			s = reopen(t, s) // what is left to remove is found again
		}
		for deadline := time.Now().Add(time.Minute); s.inside.Load() < freeBytes; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("aborted uploads are never removed")
			}
		}
		for range 20 { // give a removal that does not stop the time to show
			if free := s.payloads.reusable(); free > 2*freeBytes {
				t.Fatalf("%d bytes are on the list of free pages", free)
			}
			time.Sleep(5 * time.Millisecond)
		}
		if err := s.payloads.view(func(v *boltpages.View) error { high = int64(v.High) * v.PageSize; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if high > 220<<20 {
		t.Errorf("after 4 aborted uploads of 128 MiB the file needs %d bytes", high)
	}
	for _, f := range vaulttest.Findings(t, s) {
		t.Errorf("%s: %s", f.ID, f.Problem)
	}
	s.Close()
}

// TestCancelCommit cancels a Commit while its payload waits for the disk, and
// while its record is already being written.
func TestCancelCommit(t *testing.T) {
	for _, late := range []bool{false, true} {
		s := create(t)
		f := s.payloads
		if late {
			f = s.headers
		}
		ctx, cancel := context.WithCancel(t.Context())
		p, err := s.Create(ctx)
		if err != nil {
			t.Fatal(err)
		}
		p.Write(vaulttest.Header(1600, 1))
		p.Write(vaulttest.Payload(70000, 1))
		f.mu.Lock() // the disk is slow
		done := make(chan error, 1)
		go func() {
			_, err := p.Commit(vaulttest.Label)
			done <- err
		}()
		if late {
			for s.payloadCount(t) == 0 { // then its record comes next
				time.Sleep(time.Millisecond)
			}
			time.Sleep(50 * time.Millisecond)
		}
		cancel()
		want := 0
		if late {
			select {
			case err := <-done:
				f.mu.Unlock()
				t.Fatalf("Commit returned %v while its record was being written", err)
			case <-time.After(50 * time.Millisecond):
			}
			f.mu.Unlock()
			if err := <-done; err != nil {
				t.Errorf("Commit of a record that was written: %v", err)
			}
			want = 1
		} else {
			if err := <-done; !errors.Is(err, context.Canceled) {
				t.Errorf("Commit: %v, want context.Canceled", err)
			}
			f.mu.Unlock()
		}
		s = reopen(t, s)
		if all, err := vaulttest.All(t.Context(), s, 5); err != nil || len(all) != want {
			t.Errorf("late %v: %d testimonies are listed, %v; want %d", late, len(all), err, want)
		}
		for _, f := range vaulttest.Findings(t, s) {
			t.Errorf("%s: %s", f.ID, f.Problem)
		}
		s.Close()
	}
}

// TestOrphan checks that both checks know an orphan from an upload under way.
func TestOrphan(t *testing.T) {
	s := create(t)
	defer s.Close()
	p, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Write(vaulttest.Header(1600, 1))
	p.Write(vaulttest.Payload(6<<20, 1))
	for s.payloadCount(t) == 0 {
		time.Sleep(time.Millisecond)
	}
	for _, findings := range []func(testing.TB, vault.Reader) []vault.Finding{vaulttest.Findings, vaulttest.RecordFindings} {
		if found := findings(t, s); len(found) != 0 {
			t.Errorf("an upload under way is found damaged: %v", found)
		}
	}
	s.forget(p.(*pending))
	for _, findings := range []func(testing.TB, vault.Reader) []vault.Finding{vaulttest.Findings, vaulttest.RecordFindings} {
		if found := findings(t, s); len(found) != 1 || found[0].ID != p.(*pending).id {
			t.Errorf("findings %v, want an orphan", found)
		}
	}
}

func (s *Store) payloadCount(t *testing.T) int {
	t.Helper()
	ids, err := s.payloadIDs(nil)
	if err != nil {
		t.Fatal(err)
	}
	return len(ids)
}

// TestSmallOrphanGoes checks that what fits is removed at once, and at Open.
func TestSmallOrphanGoes(t *testing.T) {
	s := create(t)
	abort(t, s, 6<<20)
	for deadline := time.Now().Add(time.Minute); s.payloadCount(t) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("an aborted upload is never removed")
		}
	}
	p, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Write(vaulttest.Header(1600, 1))
	p.Write(vaulttest.Payload(6<<20, 1))
	for s.payloadCount(t) == 0 {
		time.Sleep(time.Millisecond)
	}
	s = reopen(t, s)
	for deadline := time.Now().Add(time.Minute); s.payloadCount(t) > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("what a stop left is never removed")
		}
	}
	s.Close()
}

// TestNoteUsesReserve: where the reserve is reached testimonies find no room and notes
// do, also side by side; where the disk is full neither.
func TestNoteUsesReserve(t *testing.T) {
	measure := freeOf
	t.Cleanup(func() { freeOf = measure })
	var free atomic.Int64
	freeOf = func(string) (int64, error) { return free.Load(), nil }
	s := create(t)
	set := func(bytes int64) {
		s.disk.mu.Lock()
		defer s.disk.mu.Unlock()
		free.Store(bytes)
		s.disk.reserve, s.disk.measured = 1<<30, time.Time{}
	}
	set(1 << 30)
	header, payload := vaulttest.Header(1600, 1), vaulttest.Payload(70_000, 1)
	keep := func(begin func(context.Context, vault.ID) (vault.Pending, error)) (vault.ID, error) {
		id := vault.NewID()
		p, err := begin(t.Context(), id)
		if err != nil {
			return id, err
		}
		defer p.Abort()
		if _, err := p.Write(append(bytes.Clone(header), payload...)); err != nil {
			return id, err
		}
		return p.Commit(vaulttest.Label)
	}
	var both sync.WaitGroup
	for range 8 {
		both.Go(func() {
			if id, err := keep(s.CreateNote); err != nil {
				t.Errorf("a note: %v", err)
			} else if got, err := vaulttest.Get(t.Context(), s, id); err != nil || len(got) != len(header)+len(payload) {
				t.Errorf("the note reads back as %d bytes, %v", len(got), err)
			}
		})
		both.Go(func() {
			if _, err := keep(s.CreateAs); !errors.Is(err, vault.ErrFull) {
				t.Errorf("a testimony: %v, want ErrFull", err)
			}
		})
	}
	both.Wait()
	set(0)
	if _, err := keep(s.CreateNote); !errors.Is(err, vault.ErrFull) {
		t.Errorf("a note on a full disk: %v, want ErrFull", err)
	}
}
