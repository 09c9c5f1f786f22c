package unseal

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"sync"

	"filippo.io/age"
)

// plaintext is the decrypted ZIP. It remembers why reading failed: whether the
// medium gave an error or the bytes did not authenticate, neither of which
// archive/zip can tell from a ZIP that is wrong.
type plaintext struct {
	r    io.ReaderAt
	size int64
	src  *source

	mu       sync.Mutex
	err      error
	window   []byte // the chunk that the last small read lay in
	windowAt int64
}

// A read of at most smallRead bytes is answered from a window of windowSize
// bytes, a chunk of age: age makes a new buffer of that size for every read,
// and the headers of a ZIP are many and small.
const (
	smallRead  = 4 << 10
	windowSize = 64 << 10
)

func (p *plaintext) ReadAt(b []byte, off int64) (int, error) {
	if off < 0 || off >= p.size {
		return 0, io.EOF // the ZIP points outside of itself
	}
	at := off / windowSize * windowSize
	if len(b) > smallRead || off+int64(len(b)) > min(at+windowSize, p.size) {
		return p.read(b, off)
	}
	p.mu.Lock()
	window := p.window
	if p.windowAt != at {
		window = nil
	}
	p.mu.Unlock()
	if window == nil {
		window = make([]byte, min(windowSize, p.size-at))
		if n, err := p.read(window, at); n < len(window) {
			return 0, err
		}
		p.mu.Lock()
		p.window, p.windowAt = window, at
		p.mu.Unlock()
	}
	return copy(b, window[off-at:]), nil
}

func (p *plaintext) read(b []byte, off int64) (int, error) {
	n, err := p.r.ReadAt(b, off)
	if err != nil && err != io.EOF && n < len(b) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.err == nil {
			p.err = err
		}
	}
	return n, err
}

// explain returns the cause of err, an error about the ZIP.
func (p *plaintext) explain(err error) error {
	if cause := p.src.failure(); cause != nil {
		return fmt.Errorf("read: %w", cause)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, p.err)
	}
	switch {
	case errors.Is(err, zip.ErrFormat), errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrAlgorithm),
		errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return err
}

// source remembers an error of the medium, so that it is not taken for damage.
type source struct {
	r io.ReaderAt

	mu  sync.Mutex
	err error
}

func (s *source) ReadAt(b []byte, off int64) (int, error) {
	n, err := s.r.ReadAt(b, off)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		s.mu.Lock()
		s.err = err
		s.mu.Unlock()
	}
	return n, err
}

func (s *source) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// decrypt opens the age file and authenticates its length.
func decrypt(r io.ReaderAt, size int64, ids []age.Identity) (*plaintext, int64, error) {
	for _, id := range ids {
		if _, ok := id.(*age.HybridIdentity); !ok {
			return nil, 0, errors.New("an identity is not post-quantum")
		}
	}
	if len(ids) == 0 {
		return nil, 0, errors.New("no identity was given")
	}
	src := &source{r: r}
	plain, total, err := age.DecryptReaderAt(src, size, ids...)
	if err != nil {
		if cause := src.failure(); cause != nil {
			return nil, 0, fmt.Errorf("read: %w", cause)
		}
		var none *age.NoIdentityMatchError
		if errors.As(err, &none) {
			return nil, 0, ErrNotOurs
		}
		// age quotes the header's lines, which may be as long as they like.
		return nil, 0, fmt.Errorf("%w: %.200s", ErrDamaged, err.Error())
	}
	return &plaintext{r: plain, size: total, src: src}, total, nil
}
