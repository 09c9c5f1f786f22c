// Package boltpages reads bbolt's own format (bbolt/internal/common: Page, Meta,
// InBucket), in plain reads and never through mapped memory. bbolt's readers trust
// every page: on a damaged one they panic, fault, or descend for ever, and its check
// needs memory that grows with the file.
//
// The package only reads, and only what it is given. Whatever stands in the pages, it
// returns an error or comes to an end. It knows nothing of what the keys mean.
package boltpages

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// What bbolt puts into a page besides keys and values, in bytes.
const (
	PageHead    = 16 // id, flags, count, overflow
	ElementSize = 16 // for each key
)

const (
	bucketHead = 16 // root page, sequence

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketFlag   = 0x01

	boltMagic   = 0xED0CDAED
	boltVersion = 2

	topDepth = 2  // levels of branches that KeepTop keeps
	maxDepth = 24 // of a tree; with two keys a page that is 16 million pages
	maxKey   = 64 // the longest key of ours is 32 bytes
)

// NoFreelist stands in the place of the page of a list of free pages that was not
// written.
const NoFreelist = ^uint64(0)

var order = binary.NativeEndian // as bbolt writes numbers

// Meta is what one of the two first pages says: which state of a file is valid.
type Meta struct {
	PageSize int64
	Root     Tree   // of the top-level buckets
	Freelist uint64 // the page where the list of free pages starts, or [NoFreelist]
	High     uint64 // the first page never used
	TxID     uint64
}

// ReadMeta reads the first page at an offset.
func ReadMeta(r io.ReaderAt, off int64) (Meta, error) {
	var b [PageHead + 64]byte
	if _, err := r.ReadAt(b[:], off); err != nil {
		return Meta{}, fmt.Errorf("read its first pages: %w", noEOF(err))
	}
	p := b[PageHead:]
	h := fnv.New64a()
	h.Write(p[:56])
	m := Meta{
		PageSize: int64(order.Uint32(p[8:])), Root: Tree{Page: order.Uint64(p[16:])},
		Freelist: order.Uint64(p[32:]), High: order.Uint64(p[40:]), TxID: order.Uint64(p[48:]),
	}
	switch {
	case order.Uint32(p) != boltMagic || order.Uint32(p[4:]) != boltVersion:
		return m, errors.New("it is not a bbolt file")
	case h.Sum64() != order.Uint64(p[56:]):
		return m, errors.New("the hash of a first page is wrong")
	case m.PageSize < 1024 || m.PageSize > 1<<16 || m.PageSize&(m.PageSize-1) != 0 || m.High > 1<<48:
		return m, errors.New("the sizes in a first page are wrong")
	}
	return m, nil
}

// NewestMeta returns the valid first page of the latest transaction, and whether
// the other one is valid too. bbolt writes them in turn, and makes do with one.
func NewestMeta(r io.ReaderAt) (m Meta, both bool, err error) {
	a, err := ReadMeta(r, 0)
	if err != nil {
		// The second page stands one page further, and only it knows how far.
		for size := int64(1024); size <= 1<<16; size *= 2 {
			if b, berr := ReadMeta(r, size); berr == nil && b.PageSize == size {
				return b, false, nil
			}
		}
		return a, false, err
	}
	b, berr := ReadMeta(r, a.PageSize)
	if berr == nil && b.TxID > a.TxID {
		return b, true, nil
	}
	return a, berr == nil, nil
}

// noEOF makes a plain end of file what it is here: a file that is too short.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
