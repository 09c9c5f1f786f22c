package bolt

import (
	"context"
	"sync/atomic"
)

const (
	// chunkSize is chosen so that a leaf of bbolt with one chunk fills 17 pages
	// of 4 KiB exactly, and so that the payload of the smallest testimony
	// (65,536 bytes of ZIP, 65,568 sealed) is one chunk. Longer values were not
	// faster; docs/formats.md does not fix the size.
	chunkSize   = 17*4096 - pageHead - elementSize - 4
	poolBuffers = 256

	// groupBytes is how much one transaction takes. Half of it was slower in a
	// trial and double not faster, but double the memory.
	groupBytes = 8 << 20
)

// buffer holds up to chunkSize sealed bytes.
type buffer struct{ data []byte }

// pool lends buffers. There are never more than poolBuffers.
type pool struct {
	free    chan *buffer
	waiting atomic.Int32 // uploads that wait for a buffer
	busy    atomic.Int32 // buffers on their way to disk, which will come back by themselves
}

func newPool() *pool {
	p := &pool{free: make(chan *buffer, poolBuffers)}
	for range poolBuffers {
		p.free <- new(buffer) // its memory comes with its first use
	}
	return p
}

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
	if b.data == nil {
		b.data = make([]byte, chunkSize)
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
