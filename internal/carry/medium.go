package carry

import (
	"errors"
	"fmt"
	"io"

	"amana/internal/durable"
)

// medium is what the bundle is read from. It tells a bad place, which costs one
// testimony, from a stick that was pulled out, which ends everything.
type medium struct{ r io.ReaderAt }

func (m medium) ReadAt(p []byte, off int64) (int, error) {
	n, err := m.r.ReadAt(p, off)
	if err == nil || errors.Is(err, io.EOF) || n == len(p) {
		return n, err
	}
	// The system still has the first block in memory: without forgetting it, a
	// stick that is gone would seem to be there.
	if f, ok := m.r.(interface{ Fd() uintptr }); ok {
		durable.Uncache(f)
	}
	var first [block]byte
	if k, gone := m.r.ReadAt(first[:], 0); k < len(first) {
		return n, fmt.Errorf("nothing can be read from the medium any more: %w", errors.Join(err, gone))
	}
	return n, fmt.Errorf("%w: %w", ErrUnreadable, err)
}
