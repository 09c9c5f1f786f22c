package carry

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
)

// PartsReader reads a file of parts of any [Kind] from its start to its end. It is used by one goroutine at a time.
type PartsReader struct {
	r       io.Reader
	m       *PartsManifest
	rosters []sumOf
	next    int   // part to be read
	err     error // what Next returns from now on
}

// ReadParts reads the manifest and the rosters of such a file and verifies the
// signature by the key that the manifest names; whether that is the right key,
// the caller must know. size is the file's number of bytes, or -1 if it is not
// known: with it, a file that was cut off is refused at once.
//
// The place of every byte follows from the manifest, and nothing else may stand
// in the file. Its errors, and those of [PartsReader.Next], wrap [ErrNotParts],
// [ErrNotWhole] (it was cut off), [ErrDamaged], [ErrIntake] or [ErrMalformed], or
// are those of r. Memory is bounded by the rosters and one part.
func ReadParts(r io.Reader, size int64) (*PartsReader, error) {
	p := &PartsReader{r: r}
	if err := p.open(size); err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	return p, nil
}

// Manifest returns what the file holds, as signed.
func (p *PartsReader) Manifest() *PartsManifest { return p.m }

func (p *PartsReader) open(size int64) error {
	var h [block]byte
	if n, err := io.ReadFull(p.r, h[:]); err != nil {
		want := tarHeader("manifest", 0)
		if n = min(n, 100); !bytes.Equal(h[:n], want[:n]) {
			return ErrNotParts
		}
		return cutOff(err, "the manifest")
	}
	n, ok := headerSize(&h, "manifest", maxPartsManifest)
	if !ok {
		return fmt.Errorf("%w: it does not begin with a manifest", ErrNotParts)
	}
	signed, err := p.bytes("the manifest", n)
	if err != nil {
		return err
	}
	if p.m, p.rosters, err = parsePartsManifest(signed); err != nil {
		return err
	}
	if end := p.end(int64(len(signed))); size >= 0 && size < end {
		return fmt.Errorf("the file is %w: %d of %d bytes are missing at its end", ErrNotWhole, end-size, end)
	} else if size > end {
		return fmt.Errorf("%w: %d bytes follow its end", ErrNotParts, size-end)
	}
	for _, sum := range p.rosters {
		text, err := p.member(rosterMember(sum.epoch), sum.size, sum.sum)
		if err != nil {
			return err
		}
		p.m.Rosters = append(p.m.Rosters, List{sum.epoch, text})
	}
	return nil
}

// end returns the size that the file must have, if its manifest has the given one.
func (p *PartsReader) end(manifest int64) int64 {
	n := block + filled(manifest)
	for _, sum := range p.rosters {
		n += block + filled(sum.size)
	}
	for _, part := range p.m.Parts {
		n += block + filled(part.Size)
	}
	return n + block + filled(int64(len(p.m.sums(p.rosters)))) + 2*block
}

// Next returns the next part, whose bytes and number of entries are as they were
// signed. It belongs to the caller. After the last part, and only if the rest of
// the file is as it must be, the error is [io.EOF]. After any error no part
// follows.
func (p *PartsReader) Next() ([]byte, error) {
	if p.err != nil {
		return nil, p.err
	}
	data, err := p.part()
	if err != nil && err != io.EOF {
		err = fmt.Errorf("read %s: %w", p.m.Kind, err)
	}
	p.err = err
	return data, err
}

func (p *PartsReader) part() ([]byte, error) {
	if p.next == len(p.m.Parts) {
		return nil, p.finish()
	}
	want := p.m.Parts[p.next]
	name := p.m.Kind.member(p.next)
	p.next++
	data, err := p.member(name, want.Size, want.SHA256)
	if err != nil {
		return nil, err
	}
	if n, err := count(p.m.Kind, data); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	} else if n != want.Entries {
		return nil, fmt.Errorf("%s: it has %d entries and not %d: %w", name, n, want.Entries, ErrMalformed)
	}
	return data, nil
}

// finish reads SHA256SUMS and the end; it returns io.EOF if they are as they
// must be.
func (p *PartsReader) finish() error {
	want := p.m.sums(p.rosters)
	if _, err := p.member("SHA256SUMS", int64(len(want)), sha256.Sum256(want)); err != nil {
		return err
	}
	rest := make([]byte, 2*block+1)
	n, err := io.ReadFull(p.r, rest)
	switch {
	case err == nil:
		return fmt.Errorf("%w: something follows its end", ErrNotParts)
	case n < 2*block || !ended(err):
		return cutOff(err, "its end")
	case !allZero(rest[:n]):
		return fmt.Errorf("%w: its end is not as written", ErrDamaged)
	}
	return io.EOF
}

// member reads one member of which everything is known.
func (p *PartsReader) member(name string, size int64, sum [32]byte) ([]byte, error) {
	var h [block]byte
	if _, err := io.ReadFull(p.r, h[:]); err != nil {
		return nil, cutOff(err, name)
	}
	if h != tarHeader(name, size) {
		return nil, fmt.Errorf("%w: something else stands where %s must be", ErrDamaged, name)
	}
	data, err := p.bytes(name, size)
	if err != nil {
		return nil, err
	}
	if sha256.Sum256(data) != sum {
		return nil, fmt.Errorf("%w: %s is not as it was signed", ErrDamaged, name)
	}
	return data, nil
}

// bytes reads the bytes of a member and the zeros after them.
func (p *PartsReader) bytes(name string, size int64) ([]byte, error) {
	data := make([]byte, filled(size))
	if _, err := io.ReadFull(p.r, data); err != nil {
		return nil, cutOff(err, name)
	}
	if !allZero(data[size:]) {
		return nil, fmt.Errorf("%w: something follows %s", ErrDamaged, name)
	}
	return data[:size:size], nil
}

// cutOff tells a file that ended from one that could not be read.
func cutOff(err error, where string) error {
	if ended(err) {
		return fmt.Errorf("the file is %w: it ends in %s", ErrNotWhole, where)
	}
	return fmt.Errorf("read %s: %w", where, err)
}

func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
