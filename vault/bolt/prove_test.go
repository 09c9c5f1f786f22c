package bolt

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"amana/vault"
	"amana/vault/vaulttest"
)

// A disk that has become read-only is seen before anybody writes, and what is kept can
// be read and counted.
func TestReadOnlyIsSeen(t *testing.T) {
	t.Cleanup(func() { readOnlyOf = readOnly })
	s := create(t)
	id, err := vaulttest.Put(t.Context(), s, vaulttest.Header(2000, 1), vaulttest.Payload(70_000, 1), 4096)
	if err != nil {
		t.Fatal(err)
	}
	for _, ro := range []bool{true, false} {
		readOnlyOf = func(string) bool { return ro }
		s.disk.mu.Lock()
		s.disk.measured = time.Time{}
		s.disk.mu.Unlock()
		err := s.Ready()
		if seen := errors.Is(err, vault.ErrDisk) && errors.Is(err, syscall.EROFS); seen != ro || (err != nil) != ro {
			t.Errorf("read-only is %v: ready says %v", ro, err)
		}
		if u, err := s.Usage(t.Context()); err != nil || u.Testimonies != 1 {
			t.Errorf("read-only is %v: %d are counted, %v", ro, u.Testimonies, err)
		}
		if _, err := vaulttest.Get(t.Context(), s, id); err != nil {
			t.Errorf("read-only is %v: %v", ro, err)
		}
	}
	// Of a disk that takes something the system says so itself.
	if readOnly(t.TempDir()) {
		t.Error("a folder that can be written to counts as read-only")
	}
}

// A proof changes nothing that is kept, and fails where writing fails.
func TestProve(t *testing.T) {
	s := create(t)
	header, payload := vaulttest.Header(2000, 1), vaulttest.Payload(70_000, 1)
	if _, err := vaulttest.Put(t.Context(), s, header, payload, 4096); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if err := s.Prove(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if found := vaulttest.Findings(t, s); len(found) > 0 {
		t.Errorf("after proofs: %v", found)
	}
	s.headers.breakDown(syscall.EIO)
	if err := s.Prove(t.Context()); !errors.Is(err, vault.ErrDisk) || !errors.Is(err, syscall.EIO) {
		t.Errorf("a proof on a disk that failed: %v", err)
	}
	if err := s.Ready(); !errors.Is(err, vault.ErrDisk) {
		t.Errorf("ready: %v", err)
	}
	dir := s.disk.dir
	s.Close()
	if err := s.Prove(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("a proof after the end: %v", err)
	}
	again, err := Reopen(dir, Options{Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if all, err := vaulttest.All(t.Context(), again, 10); err != nil || len(all) != 1 {
		t.Errorf("%d are kept, %v", len(all), err)
	}
	if err := again.Prove(t.Context()); err != nil {
		t.Errorf("a proof after it was opened anew: %v", err)
	}
	if _, err := Reopen(dir, Options{}); !errors.Is(err, ErrLocked) {
		t.Errorf("opened anew while it is open: %v", err)
	}
}

// A probe leaves nothing behind, also what one left that was cut off.
func TestProbe(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, probeFile), []byte("cut off"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Probe(dir); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
	if err := Probe(filepath.Join(dir, "none")); !errors.Is(err, vault.ErrDisk) {
		t.Errorf("where no folder is: %v", err)
	}
}
