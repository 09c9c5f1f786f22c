package carry

import (
	"encoding/binary"
	"fmt"
	"iter"
)

// HeaderEntry is the header of one testimony on its way to the reviewers.
type HeaderEntry struct {
	ID        [16]byte
	Sealed    uint32 // epoch of the roster that it was sealed under when it arrived
	Epoch     uint32 // epoch of the roster that Header is for
	Header    []byte // the age header in force, at most 1 MiB
	NextEpoch uint32 // epoch of the roster that Next is for; 0 if there is no Next
	Next      []byte // the age header that waits for its confirmation, or nil
}

// SlipEntry is the new header of one testimony on its way to the server.
type SlipEntry struct {
	ID       [16]byte
	Replaces [32]byte // SHA-256 of the header that it was made from
	Header   []byte   // the new age header, at most 1 MiB
}

// ConfirmedEntry says that a reviewer saw a new header open, with the file key of
// the header that it is to replace. It names that one too: whoever exchanges the
// file of headers on its way could else have a header confirmed against one of
// their own making.
type ConfirmedEntry struct {
	ID       [16]byte
	Replaces [32]byte // SHA-256 of the header that it was compared with
	Header   [32]byte // SHA-256 of the new header
}

// AppendHeaderEntry appends e to a part of Headers.
func AppendHeaderEntry(b []byte, e HeaderEntry) []byte {
	b = append(b, e.ID[:]...)
	b = binary.BigEndian.AppendUint32(b, e.Sealed)
	b = binary.BigEndian.AppendUint32(b, e.Epoch)
	b = appendSized(b, e.Header)
	b = binary.BigEndian.AppendUint32(b, e.NextEpoch)
	return appendSized(b, e.Next)
}

// AppendSlipEntry appends e to a part of Slips.
func AppendSlipEntry(b []byte, e SlipEntry) []byte {
	b = append(b, e.ID[:]...)
	b = append(b, e.Replaces[:]...)
	return appendSized(b, e.Header)
}

// AppendConfirmedEntry appends e to a part of a Confirmation.
func AppendConfirmedEntry(b []byte, e ConfirmedEntry) []byte {
	b = append(b, e.ID[:]...)
	b = append(b, e.Replaces[:]...)
	return append(b, e.Header[:]...)
}

func appendSized(b, data []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}

// ParseHeaders reads the entries of a part of Headers. Their slices are parts of
// part. An error wraps [ErrMalformed] and is the last that is yielded.
func ParseHeaders(part []byte) iter.Seq2[HeaderEntry, error] {
	return parsed(part, func(c *cutter) (e HeaderEntry) {
		copy(e.ID[:], c.cut(16))
		e.Sealed, e.Epoch = c.uint32(), c.uint32()
		e.Header = c.sized(1, maxHeader)
		e.NextEpoch = c.uint32()
		e.Next = c.sized(0, maxHeader)
		if len(e.Next) == 0 {
			e.Next = nil
		}
		if (e.NextEpoch == 0) != (e.Next == nil) {
			c.bad = true
		}
		return e
	})
}

// ParseSlips reads the entries of a part of Slips, as [ParseHeaders] does.
func ParseSlips(part []byte) iter.Seq2[SlipEntry, error] {
	return parsed(part, func(c *cutter) (e SlipEntry) {
		copy(e.ID[:], c.cut(16))
		copy(e.Replaces[:], c.cut(32))
		e.Header = c.sized(1, maxHeader)
		return e
	})
}

// ParseConfirmed reads the entries of a part of a Confirmation, as
// [ParseHeaders] does.
func ParseConfirmed(part []byte) iter.Seq2[ConfirmedEntry, error] {
	return parsed(part, func(c *cutter) (e ConfirmedEntry) {
		copy(e.ID[:], c.cut(16))
		copy(e.Replaces[:], c.cut(32))
		copy(e.Header[:], c.cut(32))
		return e
	})
}

// parsed yields entries until the part is used up.
func parsed[E any](part []byte, next func(*cutter) E) iter.Seq2[E, error] {
	return func(yield func(E, error) bool) {
		c := &cutter{left: part}
		for n := 1; len(c.left) > 0; n++ {
			e := next(c)
			if c.bad {
				var none E
				yield(none, fmt.Errorf("entry %d of the part is %w", n, ErrMalformed))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// cutter takes fields from the front of a part. Once it is bad it gives nothing
// more.
type cutter struct {
	left []byte
	bad  bool
}

// cut returns the next n bytes, or nil.
func (c *cutter) cut(n int) []byte {
	if c.bad || n > len(c.left) {
		c.bad = true
		return nil
	}
	data := c.left[:n:n]
	c.left = c.left[n:]
	return data
}

func (c *cutter) uint32() uint32 {
	if data := c.cut(4); data != nil {
		return binary.BigEndian.Uint32(data)
	}
	return 0
}

// sized returns bytes with their number before them, from least to most.
func (c *cutter) sized(least, most uint32) []byte {
	n := c.uint32()
	if n < least || n > most {
		c.bad = true
		return nil
	}
	return c.cut(int(n))
}

// count returns the number of entries in a part of the given kind.
func count(kind Kind, part []byte) (int, error) {
	switch kind {
	case Headers:
		return countOf(ParseHeaders(part))
	case Slips:
		return countOf(ParseSlips(part))
	case Confirmation:
		return countOf(ParseConfirmed(part))
	case Acknowledgement:
		return countOf(ParseAcknowledged(part))
	case Replies:
		return countOf(ParseReplies(part))
	default:
		return 0, fmt.Errorf("no such kind as %.20q", kind)
	}
}

func countOf[E any](entries iter.Seq2[E, error]) (n int, err error) {
	for _, err := range entries {
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
