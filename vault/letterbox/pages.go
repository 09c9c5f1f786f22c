package letterbox

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// This file reads bbolt's own format (bbolt/internal/common: Page, Meta, InBucket), in
// plain reads and never through mapped memory. Numbers are in the machine's byte
// order, as bbolt writes them.

const (
	pageHead    = 16 // id, flags, count, overflow
	elementSize = 16
	bucketHead  = 16 // root page, sequence

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketFlag   = 0x01

	boltMagic   = 0xED0CDAED
	boltVersion = 2

	maxDepth = 24 // of a tree; with two keys a page that is 16 million pages
	maxKey   = 64 // the longest key of ours is 32 bytes
)

var order = binary.NativeEndian

// boltMeta is the page that says which state of a file is valid.
type boltMeta struct {
	pageSize             int64
	root, freelist, high uint64 // pages
	txid                 uint64
}

// readMeta reads the first page at off.
func readMeta(r io.ReaderAt, off int64) (boltMeta, error) {
	var b [pageHead + 64]byte
	if _, err := r.ReadAt(b[:], off); err != nil {
		return boltMeta{}, errors.New("its first pages cannot be read")
	}
	p := b[pageHead:]
	h := fnv.New64a()
	h.Write(p[:56])
	m := boltMeta{
		pageSize: int64(order.Uint32(p[8:])), root: order.Uint64(p[16:]),
		freelist: order.Uint64(p[32:]), high: order.Uint64(p[40:]), txid: order.Uint64(p[48:]),
	}
	if order.Uint32(p) != boltMagic || order.Uint32(p[4:]) != boltVersion || h.Sum64() != order.Uint64(p[56:]) ||
		m.pageSize < 1024 || m.pageSize > 1<<16 || m.pageSize&(m.pageSize-1) != 0 || m.high > 1<<48 {
		return m, errors.New("a first page is wrong")
	}
	return m, nil
}

// newestMeta returns the valid first page of the latest transaction. bbolt writes the
// two in turn, and makes do with one.
func newestMeta(r io.ReaderAt) (boltMeta, error) {
	a, err := readMeta(r, 0)
	if err != nil {
		// The second page stands one page further, and only it knows how far.
		for size := int64(1024); size <= 1<<16; size *= 2 {
			if b, berr := readMeta(r, size); berr == nil && b.pageSize == size {
				return b, nil
			}
		}
		return a, err
	}
	if b, err := readMeta(r, a.pageSize); err == nil && b.txid > a.txid {
		return b, nil
	}
	return a, nil
}

// pages is a walk through all pages of a file, with one bit of memory for each.
type pages struct {
	boltMeta
	r    io.ReaderAt
	used []uint64
}

// checkPages returns an error unless every page in use is used once and all that it
// points to lies inside of it, so that bbolt comes to an end wherever it goes.
func checkPages(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	m, err := newestMeta(f)
	if err != nil {
		return err
	}
	if int64(m.high) > info.Size()/m.pageSize {
		return errors.New("it is cut short")
	}
	p := &pages{m, f, make([]uint64, m.high/64+1)}
	p.used[0] = 3 // the two first pages
	if err := p.tree(m.root, 0, true, nil, nil); err != nil {
		return err
	}
	return p.free(m.freelist)
}

// mark notes that pages are used.
func (p *pages) mark(id, n uint64) error {
	for ; n > 0; id, n = id+1, n-1 {
		if id >= p.high || p.used[id/64]&(1<<(id%64)) != 0 {
			return fmt.Errorf("page %d is used twice or lies outside", id)
		}
		p.used[id/64] |= 1 << (id % 64)
	}
	return nil
}

// head reads the head of a page and marks it with those that continue it.
func (p *pages) head(id uint64) (flags uint16, count int, size int64, err error) {
	var b [pageHead]byte
	if id >= p.high {
		return 0, 0, 0, fmt.Errorf("page %d lies outside", id)
	}
	if _, err := p.r.ReadAt(b[:], int64(id)*p.pageSize); err != nil {
		return 0, 0, 0, fmt.Errorf("page %d cannot be read", id)
	}
	more := uint64(order.Uint32(b[12:]))
	if order.Uint64(b[:]) != id {
		return 0, 0, 0, fmt.Errorf("page %d has a wrong head", id)
	}
	return order.Uint16(b[8:]), int(order.Uint16(b[10:])), int64(more+1) * p.pageSize, p.mark(id, more+1)
}

// tree walks the page and all below. Its keys must lie between two others, where those
// are given.
func (p *pages) tree(id uint64, depth int, top bool, from, to []byte) error {
	flags, count, size, err := p.head(id)
	if err != nil {
		return err
	}
	if depth > maxDepth || flags != leafPage && flags != branchPage {
		return fmt.Errorf("page %d has a wrong kind", id)
	}
	if count == 0 && (flags == branchPage || from != nil || !p.blank(id)) {
		return fmt.Errorf("page %d has no keys", id) // only an empty bucket has such a page
	}
	elements, err := p.elements(int64(id)*p.pageSize, size, count, flags == leafPage)
	if err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	for i, e := range elements {
		if from != nil && bytes.Compare(e.key, from) < 0 || to != nil && bytes.Compare(e.key, to) >= 0 {
			return fmt.Errorf("page %d has keys of another", id)
		}
		switch {
		case flags == branchPage:
			after := to
			if i+1 < len(elements) {
				after = elements[i+1].key
			}
			if err := p.tree(e.page, depth+1, top, e.key, after); err != nil {
				return err
			}
		case e.bucket != top:
			return fmt.Errorf("page %d has a bucket for a value, or a value for a bucket", id)
		case e.bucket:
			if err := p.bucket(e, depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// blank tells whether nothing stands where a page has its first key.
func (p *pages) blank(id uint64) bool {
	var b [elementSize]byte
	_, err := p.r.ReadAt(b[:], int64(id)*p.pageSize+pageHead)
	return err == nil && b == [elementSize]byte{}
}

// bucket walks a bucket: one that has pages of its own, or a page inside of the value.
func (p *pages) bucket(e element, depth int) error {
	var b [bucketHead + pageHead]byte
	if e.size < bucketHead {
		return errors.New("a bucket is too short")
	}
	if _, err := p.r.ReadAt(b[:min(e.size, int64(len(b)))], e.off); err != nil {
		return errors.New("a bucket cannot be read")
	}
	if root := order.Uint64(b[:]); root != 0 {
		return p.tree(root, depth+1, false, nil, nil)
	}
	count := int(order.Uint16(b[bucketHead+10:]))
	if e.size < int64(len(b)) || order.Uint16(b[bucketHead+8:]) != leafPage {
		return errors.New("a bucket has a wrong page")
	}
	elements, err := p.elements(e.off+bucketHead, e.size-bucketHead, count, true)
	if err != nil {
		return err
	}
	end := e.off + bucketHead + pageHead
	for _, inner := range elements {
		if inner.bucket {
			return errors.New("a bucket holds another")
		}
		end = inner.off + inner.size
	}
	if end != e.off+e.size {
		return errors.New("a bucket has wrong contents")
	}
	return nil
}

// element is one key of a page, and what it leads to.
type element struct {
	key       []byte
	page      uint64 // in a branch
	bucket    bool   // in a leaf
	off, size int64  // of the value in a leaf
}

// elements reads the keys of a page, which must be in order. bbolt writes elements,
// keys and values one behind the other without a gap, so that a wrong count shows.
func (p *pages) elements(off, size int64, count int, leaf bool) ([]element, error) {
	end := int64(pageHead + count*elementSize)
	if end > size {
		return nil, errors.New("it has too many keys")
	}
	raw := make([]byte, count*elementSize)
	if _, err := p.r.ReadAt(raw, off+pageHead); err != nil {
		return nil, errors.New("it cannot be read")
	}
	all := make([]element, count)
	for i := range all {
		e := raw[i*elementSize:][:elementSize]
		pos, length, value := int64(order.Uint32(e)), int64(order.Uint32(e[4:])), int64(0)
		all[i].page = order.Uint64(e[8:])
		if leaf {
			all[i].bucket = order.Uint32(e)&bucketFlag != 0
			pos, length, value = int64(order.Uint32(e[4:])), int64(order.Uint32(e[8:])), int64(order.Uint32(e[12:]))
		}
		if pos += int64(pageHead + i*elementSize); pos != end || length == 0 || length > maxKey || pos+length+value > size {
			return nil, errors.New("it has wrong contents")
		}
		all[i].key, all[i].off, all[i].size = make([]byte, length), off+pos+length, value
		if _, err := p.r.ReadAt(all[i].key, off+pos); err != nil {
			return nil, errors.New("it cannot be read")
		}
		if i > 0 && bytes.Compare(all[i-1].key, all[i].key) >= 0 {
			return nil, errors.New("its keys are out of order")
		}
		end = pos + length + value
	}
	return all, nil
}

// free walks the list of pages that hold nothing.
func (p *pages) free(page uint64) error {
	flags, n, size, err := p.head(page)
	if err != nil {
		return fmt.Errorf("the list of free pages: %w", err)
	}
	count, from := uint64(n), int64(pageHead)
	if count == 0xFFFF { // then the first number is the count
		var b [8]byte
		if _, err := p.r.ReadAt(b[:], int64(page)*p.pageSize+from); err != nil {
			return errors.New("the list of free pages cannot be read")
		}
		count, from = order.Uint64(b[:]), from+8
	}
	if flags != freelistPage || count > uint64(size-from)/8 {
		return errors.New("the list of free pages has a wrong head")
	}
	ids := make([]byte, count*8)
	if _, err := p.r.ReadAt(ids, int64(page)*p.pageSize+from); err != nil {
		return errors.New("the list of free pages cannot be read")
	}
	for ; len(ids) > 0; ids = ids[8:] {
		if err := p.mark(order.Uint64(ids), 1); err != nil {
			return fmt.Errorf("the list of free pages: %w", err)
		}
	}
	return nil
}
