package carry

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bundle is an opened bundle. Its methods may be called from several
// goroutines.
type Bundle struct {
	// Manifest is what the bundle holds, as signed. Its Rosters, or Recipients,
	// are those that arrived undamaged and could be read.
	Manifest Manifest

	// Damaged names the members besides the testimonies that are not as they
	// were written or cannot be read: rosters, lists of reviewers, SHA256SUMS.
	// Testimonies may still open.
	Damaged []string

	r       io.ReaderAt
	signed  []byte // the manifest
	layout  *layout
	offsets []int64 // of the testimonies' tar headers
}

// OpenBundle reads the index of a bundle of the given size and verifies the
// signature of its manifest by the key that the manifest names (Manifest.Intake);
// whether that is the right key, the caller must know.
//
// The place of every member follows from the manifest and nothing else may
// stand in the bundle. The errors wrap [ErrNotBundle], [ErrNotWhole] (it was cut
// off), [ErrDamaged], [ErrIntake] or [ErrUnreadable]. The bytes of the
// testimonies are not read here but by [Bundle.Check]. Memory grows with the
// number of testimonies only, and is bounded.
//
// When reading from r fails, here or later, the first block is read again: if
// that works, the error wraps [ErrUnreadable] and other places may still be good;
// if not, the medium is gone.
func OpenBundle(r io.ReaderAt, size int64) (*Bundle, error) {
	b, err := openBundle(medium{r}, size)
	if err != nil {
		return nil, fmt.Errorf("open bundle: %w", err)
	}
	return b, nil
}

func openBundle(r io.ReaderAt, size int64) (*Bundle, error) {
	signed, err := readFirst(r, size)
	if err != nil {
		return nil, err
	}
	m, l, err := parseManifest(signed)
	if err != nil {
		return nil, err
	}
	b := &Bundle{Manifest: *m, r: r, signed: signed, layout: l, offsets: make([]int64, len(m.Testimonies))}
	at, err := b.readLists(block+filled(int64(len(signed))), size)
	if err != nil {
		return nil, err
	}
	for i := range m.Testimonies {
		b.offsets[i] = at
		at += block + filled(m.Testimonies[i].Size())
		if at < 0 || at > 1<<62 {
			return nil, fmt.Errorf("%w: its sizes are out of range", ErrNotBundle)
		}
	}
	end := at + block + filled(b.sumsSize()) + 2*block
	if size < end {
		return nil, fmt.Errorf("the bundle is %w: %d of %d bytes are missing at its end", ErrNotWhole, end-size, end)
	}
	if size > end {
		return nil, fmt.Errorf("%w: %d bytes follow its end", ErrNotBundle, size-end)
	}
	if err := b.checkSums(at); err != nil {
		return nil, err
	}
	return b, nil
}

// readFirst returns the bytes of the first member, the manifest.
func readFirst(r io.ReaderAt, size int64) ([]byte, error) {
	var h [block]byte
	if size < block {
		want := tarHeader("manifest", 0)
		n := min(size, 100) // the name, and nothing after it
		if err := readAt(r, h[:size], 0); err != nil {
			return nil, err
		}
		if !bytes.Equal(h[:n], want[:n]) {
			return nil, ErrNotBundle
		}
		return nil, fmt.Errorf("the bundle is %w: it has only %d bytes", ErrNotWhole, size)
	}
	if err := readAt(r, h[:], 0); err != nil {
		return nil, err
	}
	n, ok := headerSize(&h, "manifest", maxManifest)
	if !ok {
		return nil, fmt.Errorf("%w: it does not begin with a manifest", ErrNotBundle)
	}
	if size < block+filled(n) {
		return nil, fmt.Errorf("the bundle is %w: it ends in the manifest", ErrNotWhole)
	}
	data := make([]byte, filled(n))
	if err := readAt(r, data, block); err != nil {
		return nil, err
	}
	if !allZero(data[n:]) {
		return nil, fmt.Errorf("%w: something follows its manifest", ErrNotBundle)
	}
	return data[:n], nil
}

// readLists reads the rosters or lists from offset at on and returns the offset
// after them. One that is damaged, or whose tar header is, or that cannot be
// read, is only noted: testimonies open without it.
func (b *Bundle) readLists(at, size int64) (int64, error) {
	to := &b.Manifest.Rosters
	if b.layout.version == 1 {
		to = &b.Manifest.Recipients
	}
	for _, list := range b.layout.lists {
		name := b.layout.member(list.epoch)
		data := make([]byte, block+filled(list.size))
		if size < at+int64(len(data)) {
			return 0, fmt.Errorf("the bundle is %w: it ends in %s", ErrNotWhole, name)
		}
		err := readAt(b.r, data, at)
		at += int64(len(data))
		if errors.Is(err, ErrUnreadable) {
			b.Damaged = append(b.Damaged, name)
			continue
		}
		if err != nil {
			return 0, err
		}
		h, text, rest := tarHeader(name, list.size), data[block:block+list.size], data[block+list.size:]
		if !bytes.Equal(data[:block], h[:]) || sha256.Sum256(text) != list.sum || !allZero(rest) {
			b.Damaged = append(b.Damaged, name)
			continue
		}
		*to = append(*to, List{list.epoch, text[:len(text):len(text)]})
	}
	return at, nil
}

// sumsSize returns the size that SHA256SUMS must have.
func (b *Bundle) sumsSize() int64 {
	var n int64
	for _, list := range b.layout.lists {
		n += 64 + 2 + int64(len(b.layout.member(list.epoch))) + 1
	}
	return n + int64(len(b.offsets))*int64(64+2+len("testimonies/")+32+len(".age")+1)
}

// checkSums looks at the last member and at the end. SHA256SUMS serves other
// programs; the hashes that count are signed. So damage in it is only noted.
func (b *Bundle) checkSums(at int64) error {
	good, err := b.goodSums(at)
	if err != nil && !errors.Is(err, ErrUnreadable) {
		return err
	}
	if !good {
		b.Damaged = append(b.Damaged, "SHA256SUMS")
	}
	return nil
}

// goodSums tells whether SHA256SUMS and the end after it are as they must be;
// with an error they are not.
func (b *Bundle) goodSums(at int64) (bool, error) {
	n := b.sumsSize()
	r := bufio.NewReaderSize(io.NewSectionReader(b.r, at, block+filled(n)+2*block), 64<<10)
	h := tarHeader("SHA256SUMS", n)
	got := make([]byte, block)
	if _, err := io.ReadFull(r, got); err != nil {
		return false, readError(err)
	}
	good := bytes.Equal(got, h[:])
	line := make([]byte, 0, 256)
	next := func(want string, known *[32]byte) error {
		line = line[:64+2+len(want)+1]
		if _, err := io.ReadFull(r, line); err != nil {
			return readError(err)
		}
		var sum [32]byte
		hexed := string(line[:64])
		good = good && parseSum(hexed, &sum) && strings.ToLower(hexed) == hexed &&
			string(line[64:]) == "  "+want+"\n" && (known == nil || *known == sum)
		return nil
	}
	for _, list := range b.layout.lists {
		if err := next(b.layout.member(list.epoch), &list.sum); err != nil {
			return false, err
		}
	}
	for i := range b.Manifest.Testimonies {
		if err := next(b.Manifest.Testimonies[i].Member(), nil); err != nil {
			return false, err
		}
	}
	rest, err := io.ReadAll(r) // less than four blocks
	if err != nil {
		return false, readError(err)
	}
	return good && allZero(rest), nil
}

// Testimony returns the age file of testimony i, counted from 0 in the
// manifest's order.
func (b *Bundle) Testimony(i int) *io.SectionReader {
	return io.NewSectionReader(b.r, b.offsets[i]+block, b.Manifest.Testimonies[i].Size())
}

// readAt fills p. A reader that ends early had a wrong size.
func readAt(r io.ReaderAt, p []byte, at int64) error {
	n, err := r.ReadAt(p, at)
	if n == len(p) {
		return nil
	}
	return readError(err)
}

func readError(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the bundle is %w: it became shorter while it was read", ErrNotWhole)
	}
	return fmt.Errorf("read: %w", err)
}

func allZero(p []byte) bool {
	for _, c := range p {
		if c != 0 {
			return false
		}
	}
	return true
}
