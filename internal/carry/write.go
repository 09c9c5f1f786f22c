package carry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"

	"golang.org/x/mod/sumdb/note"
)

// WriteBundle writes a bundle, of version 2, of the rosters and testimonies in m,
// signed by signer, whose verifier key is vkey. open gives the age file of each.
//
// It streams: its memory does not grow with the testimonies' sizes. Each
// testimony must have exactly the sizes and hashes that m promises; if one has
// not, or m is not in order, the error says so (damage wraps [ErrDamaged]) and
// what was written is not a bundle. The caller makes w durable.
func WriteBundle(ctx context.Context, w io.Writer, m *Manifest, signer note.Signer, vkey string, open func(Entry) (io.ReadCloser, error)) error {
	l := &layout{version: 2, lists: sumsOf(m.Rosters)}
	signed, err := sign(m, l, signer, vkey)
	if err != nil {
		return fmt.Errorf("make manifest of bundle: %w", err)
	}
	if err := writeMember(w, "manifest", signed); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	var sums bytes.Buffer
	for i, list := range m.Rosters {
		name := l.member(list.Epoch)
		fmt.Fprintf(&sums, "%x  %s\n", l.lists[i].sum, name)
		if err := writeMember(w, name, list.Text); err != nil {
			return fmt.Errorf("write bundle: %w", err)
		}
	}
	buf := make([]byte, 256<<10)
	for _, e := range m.Testimonies {
		sum, err := writeTestimony(ctx, w, e, open, buf)
		if err != nil {
			return fmt.Errorf("write testimony %s to bundle: %w", e.ID, err)
		}
		fmt.Fprintf(&sums, "%x  %s\n", sum, e.Member())
	}
	if err := writeMember(w, "SHA256SUMS", sums.Bytes()); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	if _, err := w.Write(make([]byte, 2*block)); err != nil {
		return fmt.Errorf("end bundle: %w", err)
	}
	return nil
}

// sign returns the signed text of m, checked. m is not changed.
func sign(m *Manifest, l *layout, signer note.Signer, vkey string) ([]byte, error) {
	if len(m.Recipients) > 0 {
		return nil, fmt.Errorf("lists of reviewers have no place in a bundle of version %d", l.version)
	}
	checked := *m
	checked.Intake = vkey
	if err := checked.check(l); err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: checked.text(l)}, signer)
	if err != nil {
		return nil, err
	}
	if len(signed) > maxManifest {
		return nil, fmt.Errorf("%d testimonies are too many for one bundle: its manifest would have %d bytes, and may have %d (about 300,000 testimonies); "+
			"nothing is lost: keep the server's state as it is, and export with a newer version of Amana that allows more", len(m.Testimonies), len(signed), maxManifest)
	}
	// Reading it back shows that signer and vkey belong together.
	if _, _, err := parseManifest(signed); err != nil {
		return nil, err
	}
	return signed, nil
}

// writeTestimony copies one age file and returns its hash.
func writeTestimony(ctx context.Context, w io.Writer, e Entry, open func(Entry) (io.ReadCloser, error), buf []byte) ([]byte, error) {
	r, err := open(e)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	h := tarHeader(e.Member(), e.Size())
	if _, err := w.Write(h[:]); err != nil {
		return nil, err
	}
	whole := sha256.New()
	check := newChecker(&e)
	for {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		n, err := r.Read(buf)
		if check.left < int64(n) {
			return nil, fmt.Errorf("%w: it is longer than promised", ErrDamaged)
		}
		check.Write(buf[:n])
		whole.Write(buf[:n])
		if _, err := w.Write(buf[:n]); err != nil {
			return nil, err
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if err := check.verdict(); err != nil {
		return nil, err
	}
	return whole.Sum(nil), writeFill(w, e.Size())
}

// checker holds the bytes of an age file against its entry.
type checker struct {
	entry           *Entry
	left            int64 // bytes still to come
	header, payload hash.Hash
}

func newChecker(e *Entry) *checker {
	return &checker{entry: e, left: e.Size(), header: sha256.New(), payload: sha256.New()}
}

// Write takes the next bytes, of which there must not be more than are left.
func (c *checker) Write(p []byte) (int, error) {
	n := len(p)
	if headerLeft := c.left - c.entry.PayloadSize; headerLeft > 0 {
		k := min(headerLeft, int64(n))
		c.header.Write(p[:k])
		c.left -= k
		p = p[k:]
	}
	c.payload.Write(p)
	c.left -= int64(len(p))
	return n, nil
}

// verdict returns an error wrapping [ErrDamaged] unless all bytes came and are
// the right ones.
func (c *checker) verdict() error {
	switch {
	case c.left != 0:
		return fmt.Errorf("%w: it ends %d bytes early", ErrDamaged, c.left)
	case [32]byte(c.header.Sum(nil)) != c.entry.HeaderSum:
		return fmt.Errorf("%w: its header is not the one that was sealed", ErrDamaged)
	case [32]byte(c.payload.Sum(nil)) != c.entry.PayloadSum:
		return fmt.Errorf("%w: its bytes are not those that were sealed", ErrDamaged)
	}
	return nil
}
