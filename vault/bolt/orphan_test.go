package bolt

import (
	"errors"
	"testing"
	"time"

	"amana/vault"
	"amana/vault/vaulttest"
)

// TestOrphanBytes aborts an upload that the disk was too full for: only what was
// written counts as room that will come back.
func TestOrphanBytes(t *testing.T) {
	s := create(t)
	p, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	piece := vaulttest.Payload(1<<20, 1)
	p.Write(vaulttest.Header(1600, 1))
	for range 6 {
		if _, err := p.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	// All that was sent is written once its buffers have come back.
	for len(s.pool.free) < poolBuffers-1 {
		time.Sleep(time.Millisecond)
	}
	written := int64(6<<20 - p.(*pending).n)
	s.disk.mu.Lock()
	s.disk.reserve = 1 << 60
	s.disk.mu.Unlock()
	s.inside.Store(freeBytes) // then the orphan stays until it is looked at
	for err == nil {
		_, err = p.Write(piece)
	}
	if !errors.Is(err, vault.ErrFull) {
		t.Fatalf("Write: %v, want ErrFull", err)
	}
	p.Abort()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := s.orphanBytes.Load(); got != written {
		t.Errorf("%d bytes of an aborted upload count as room, %d were written", got, written)
	}
}
