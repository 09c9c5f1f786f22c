package carry

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
)

// Check reads one testimony and, in the same pass, holds its bytes against the
// hashes that the server signed. What is read in order from the start is hashed
// as it goes by; Finish reads the rest.
//
// Nothing that was read may be used for good before Finish has returned nil.
type Check struct {
	r    *io.SectionReader
	size int64

	mu   sync.Mutex
	hash *checker
	at   int64 // bytes before it are hashed
}

// Check begins to check testimony i. It returns an error wrapping [ErrDamaged]
// at once when the bundle's frame around the testimony is not as written, and
// one wrapping [ErrUnreadable] when it cannot be read.
func (b *Bundle) Check(i int) (*Check, error) {
	e := &b.Manifest.Testimonies[i]
	var got [block]byte
	if err := readAt(b.r, got[:], b.offsets[i]); err != nil {
		return nil, err
	}
	if got != tarHeader(e.Member(), e.Size()) {
		return nil, fmt.Errorf("%w: something else stands where %s must be", ErrDamaged, e.Member())
	}
	fill := make([]byte, filled(e.Size())-e.Size())
	if err := readAt(b.r, fill, b.offsets[i]+block+e.Size()); err != nil {
		return nil, err
	}
	if !bytes.Equal(fill, zeros[:len(fill)]) {
		return nil, fmt.Errorf("%w: something follows %s", ErrDamaged, e.Member())
	}
	return &Check{r: b.Testimony(i), size: e.Size(), hash: newChecker(e)}, nil
}

// Size returns the number of bytes of the testimony's age file.
func (c *Check) Size() int64 { return c.size }

// ReadAt reads from the age file.
func (c *Check) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.mu.Lock()
	defer c.mu.Unlock()
	if skip := c.at - off; skip >= 0 && skip < int64(n) {
		c.hash.Write(p[skip:n])
		c.at += int64(n) - skip
	}
	return n, err
}

// Finish reads what was not read in order, and returns an error wrapping
// [ErrDamaged] unless every byte is the one that the server signed for.
func (c *Check) Finish(ctx context.Context) error {
	c.mu.Lock()
	left := c.size - c.at
	c.mu.Unlock()
	buf := make([]byte, min(left, 256<<10))
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		c.mu.Lock()
		at := c.at
		c.mu.Unlock()
		if at == c.size {
			return c.hash.verdict()
		}
		p := buf[:min(int64(len(buf)), c.size-at)]
		if n, err := c.ReadAt(p, at); n < len(p) {
			return readError(err)
		}
	}
}
