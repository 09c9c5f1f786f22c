package bolt

import (
	"context"
	"fmt"
	"sync/atomic"
	"syscall"

	"amana/vault/internal/boltpages"
)

const (
	// chunkSize is chosen so that a leaf of bbolt with one chunk fills 17 pages
	// of 4 KiB exactly, and so that the payload of the smallest testimony
	// (65,536 bytes of ZIP, 65,568 sealed) is one chunk. Longer values were not
	// faster; docs/formats.md does not fix the size.
	chunkSize   = bufferPages - boltpages.PageHead - boltpages.ElementSize - 4
	poolBuffers = 448
	bufferPages = 17 * 4096 // what one buffer takes, in bytes

	// groupBytes is how much one transaction takes. The disk waits for a flush
	// once a transaction: an upload of 1 GiB to the server reached 0.96 of the
	// speed of the raw disk with this and 448 buffers, and 0.65 to 0.75 with half
	// of it and 192. It takes twice the memory; see memory_test.go.
	groupBytes = 16 << 20
)

// buffer holds up to chunkSize sealed bytes.
type buffer struct{ data []byte }

// pool lends buffers. There are never more than poolBuffers.
type pool struct {
	memory  []byte
	free    chan *buffer
	waiting atomic.Int32 // uploads that wait for a buffer
	busy    atomic.Int32 // buffers on their way to disk, which will come back by themselves
}

// newPool takes the memory from the system, not from Go's heap: the collector
// lets garbage, of which bbolt makes much, grow to the size of what is in use,
// and would so count the pool twice. The system gives each page with its first
// use.
func newPool() (*pool, error) {
	memory, err := syscall.Mmap(-1, 0, poolBuffers*bufferPages, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("vault: take memory for buffers: %w", err)
	}
	p := &pool{memory: memory, free: make(chan *buffer, poolBuffers)}
	for i := range poolBuffers {
		p.free <- &buffer{memory[i*bufferPages:][:chunkSize:chunkSize]}
	}
	return p, nil
}

// close gives the memory back. Nothing may hold a buffer that it still uses.
func (p *pool) close() error { return syscall.Munmap(p.memory) }

// get waits for a buffer. When all are held by uploads that are in no hurry,
// it calls squeeze to make one of them give its bytes to disk early; so slow
// uploads, however many, never stop another.
func (p *pool) get(ctx context.Context, squeeze func()) (*buffer, error) {
	var b *buffer
	select {
	case b = <-p.free:
	default:
		p.waiting.Add(1)
		defer p.waiting.Add(-1)
		if p.starving() {
			squeeze()
		}
		select {
		case b = <-p.free:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return b, nil
}

// starving says that someone waits and that no buffer is on its way back. It is
// asked when someone begins to wait, and by each upload that keeps a buffer at
// the end of a Write; whichever comes later sees the other. put lowers busy
// before it hands on the buffer for the same reason.
func (p *pool) starving() bool { return p.waiting.Load() > 0 && p.busy.Load() == 0 }

// put takes back a buffer from the committer.
func (p *pool) put(b *buffer) {
	p.busy.Add(-1)
	p.free <- b
}
