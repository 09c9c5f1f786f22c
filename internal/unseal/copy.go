package unseal

import (
	"context"
	"io"
)

// Reading and decrypting go on in one goroutine while another hashes and
// writes: each takes about as long, and most machines have two cores.
const (
	copySize    = 1 << 20 // bytes of one buffer: 16 chunks of age
	copyBuffers = 4
)

// copyEntry writes the bytes of entry i to w and returns once all of it was
// decrypted, authenticated and written, or with the first error.
func (e *Envelope) copyEntry(ctx context.Context, i int, w io.Writer) error {
	f := e.entries[i]
	r, err := f.Open()
	if err != nil {
		return e.plain.explain(err)
	}
	defer r.Close()
	size := int64(f.UncompressedSize64)
	var n int64
	if size < copySize { // not worth a goroutine
		n, err = copySmall(ctx, w, r, size)
	} else {
		n, err = pipe(ctx, w, r)
	}
	if err != nil {
		return e.plain.explain(err)
	}
	if n != size { // archive/zip has checked it too
		return e.plain.explain(malformed("it has %d bytes, not %d", n, size))
	}
	return nil
}

// copySmall copies r, of which it expects size bytes, in one piece.
func copySmall(ctx context.Context, w io.Writer, r io.Reader, size int64) (int64, error) {
	if err := context.Cause(ctx); err != nil {
		return 0, err
	}
	p := make([]byte, size+1) // one more, so that reading comes to the end
	n, err := io.ReadFull(r, p)
	if err != io.EOF && err != io.ErrUnexpectedEOF {
		return 0, err
	}
	_, err = w.Write(p[:n])
	return int64(n), err
}

// filledBuffer is a buffer with bytes in it, or the error that ended reading.
type filledBuffer struct {
	p   []byte
	err error
}

// pipe copies r to w through a few buffers.
func pipe(ctx context.Context, w io.Writer, r io.Reader) (total int64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	full := make(chan filledBuffer, copyBuffers)
	empty := make(chan []byte, copyBuffers)
	for range copyBuffers {
		empty <- make([]byte, copySize)
	}
	go func() {
		defer close(full)
		for {
			select {
			case p := <-empty:
				n, err := io.ReadFull(r, p)
				full <- filledBuffer{p[:n], err}
				if err != nil {
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	// The reader must be at rest before this returns: its owner closes it then.
	defer func() {
		cancel()
		for range full {
		}
	}()
	for b := range full {
		if _, err := w.Write(b.p); err != nil {
			return total, err
		}
		total += int64(len(b.p))
		if b.err == io.EOF || b.err == io.ErrUnexpectedEOF && len(b.p) < copySize {
			return total, nil
		}
		if b.err != nil {
			return total, b.err
		}
		empty <- b.p[:copySize]
	}
	return total, context.Cause(ctx)
}
