package workspace

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// What bbolt's own format is made of (bbolt/internal/common: Page, Meta, InBucket).
const (
	pageHead    = 16 // id, flags, count, overflow
	elementSize = 16

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketFlag   = 0x01

	maxDepth = 24      // of a tree; with two keys a page that is 16 million pages
	maxPages = 1 << 24 // 64 GiB
)

var order = binary.NativeEndian // as bbolt writes numbers

// pages checks how the pages of an index hang together before bbolt sees them. bbolt
// trusts every page: on some it panics in a goroutine of its own, or descends for ever.
// What stands in the records is sealed, and is checked when it is read.
type pages struct {
	r    io.ReaderAt
	size int64  // bytes of a page
	high uint64 // the first page never used
	used []bool // pages that were found in a tree, or in the list of free pages
}

// checkPages returns an error unless bbolt can read and write the file. It uses plain
// reads, and memory of a byte a page.
func checkPages(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	m, err := newestMeta(f)
	if err != nil {
		return err
	}
	if m.high < 3 || m.high > maxPages || uint64(info.Size()/m.size) < m.high {
		return errors.New("it was cut short")
	}
	p := &pages{f, m.size, m.high, make([]bool, m.high)}
	p.used[0], p.used[1] = true, true
	if err := p.tree(m.root, 0, true); err != nil {
		return err
	}
	return p.free(m.free)
}

// meta is what one of the two first pages says.
type meta struct {
	size             int64
	root, free, high uint64
	tx               uint64
}

func readMeta(r io.ReaderAt, off int64) (m meta, err error) {
	var b [pageHead + 64]byte
	if _, err := r.ReadAt(b[:], off); err != nil {
		return m, errors.New("it is too short")
	}
	p := b[pageHead:]
	h := fnv.New64a()
	h.Write(p[:56])
	m = meta{int64(order.Uint32(p[8:])), order.Uint64(p[16:]), order.Uint64(p[32:]), order.Uint64(p[40:]), order.Uint64(p[48:])}
	if order.Uint32(p) != 0xED0CDAED || order.Uint32(p[4:]) != 2 || h.Sum64() != order.Uint64(p[56:]) ||
		m.size < 1024 || m.size > 1<<16 || m.size&(m.size-1) != 0 || m.high > 1<<40 {
		return m, errors.New("it is no bbolt file, or its first pages are damaged")
	}
	return m, nil
}

// newestMeta returns the state that bbolt would choose. Both must be of one page size,
// which bbolt takes from the first.
func newestMeta(r io.ReaderAt) (meta, error) {
	a, errA := readMeta(r, 0)
	if errA != nil {
		// A power cut can only spoil the one that was being written. bbolt looks for the
		// other where the system's own page size puts it.
		b, err := readMeta(r, int64(os.Getpagesize()))
		if err != nil || b.size != int64(os.Getpagesize()) {
			return a, errA
		}
		return b, nil
	}
	if b, err := readMeta(r, a.size); err == nil && b.tx > a.tx {
		if b.size != a.size {
			return b, errors.New("its first pages differ")
		}
		return b, nil
	}
	return a, nil
}

// take notes that n pages from the given one on are used, by one only.
func (p *pages) take(page, n uint64) error {
	if page < 2 || page >= p.high || n > p.high-page {
		return fmt.Errorf("page %d lies outside", page)
	}
	for i := page; i < page+n; i++ {
		if p.used[i] {
			return fmt.Errorf("page %d is used twice", i)
		}
		p.used[i] = true
	}
	return nil
}

// tree checks a page and all below it. The tree on top holds the shelves, and they hold
// records only.
func (p *pages) tree(page uint64, depth int, top bool) error {
	if depth == maxDepth {
		return errors.New("a tree is too deep")
	}
	if page < 2 || page >= p.high {
		return fmt.Errorf("page %d lies outside", page)
	}
	head := make([]byte, p.size)
	if _, err := p.r.ReadAt(head, int64(page)*p.size); err != nil {
		return fmt.Errorf("read page %d: %w", page, err)
	}
	overflow := uint64(order.Uint32(head[12:]))
	if order.Uint64(head) != page {
		return fmt.Errorf("page %d has a wrong head", page)
	}
	if err := p.take(page, overflow+1); err != nil {
		return err
	}
	size, count := int64(overflow+1)*p.size, int(order.Uint16(head[10:]))
	if at := int64(pageHead + count*elementSize); at > size {
		return fmt.Errorf("page %d has wrong contents", page)
	} else if at > p.size {
		head = make([]byte, at)
		if _, err := p.r.ReadAt(head, int64(page)*p.size); err != nil {
			return fmt.Errorf("read page %d: %w", page, err)
		}
	}
	switch order.Uint16(head[8:]) {
	case branchPage:
		return p.branch(page, head, count, size, depth, top)
	case leafPage:
		return p.leaf(page, head, count, size, top)
	}
	return fmt.Errorf("page %d has a wrong kind", page)
}

// branch checks a page that leads to others.
func (p *pages) branch(page uint64, head []byte, count int, size int64, depth int, top bool) error {
	if count == 0 {
		return fmt.Errorf("page %d is empty", page)
	}
	for i := range count {
		at := int64(pageHead + i*elementSize)
		e := head[at:]
		if pos, key := int64(order.Uint32(e)), int64(order.Uint32(e[4:])); at+pos+key > size {
			return fmt.Errorf("page %d has wrong contents", page)
		}
		if err := p.tree(order.Uint64(e[8:]), depth+1, top); err != nil {
			return err
		}
	}
	return nil
}

// leaf checks a page with records, or with shelves.
func (p *pages) leaf(page uint64, head []byte, count int, size int64, top bool) error {
	for i := range count {
		at := int64(pageHead + i*elementSize)
		e := head[at:]
		pos, key, value := int64(order.Uint32(e[4:])), int64(order.Uint32(e[8:])), int64(order.Uint32(e[12:]))
		if at+pos+key+value > size || key == 0 || order.Uint32(e)&^bucketFlag != 0 || order.Uint32(e) == bucketFlag != top {
			return fmt.Errorf("page %d has wrong contents", page)
		}
		if top {
			if err := p.shelf(page, int64(page)*p.size+at+pos+key, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// shelf checks a shelf, whose records stand in a tree of their own or, if they are few,
// in its very place.
func (p *pages) shelf(page uint64, off, size int64) error {
	wrong := fmt.Errorf("page %d has a shelf that is none", page)
	if size < 16 || size > 4*p.size {
		return wrong
	}
	value := make([]byte, size)
	if _, err := p.r.ReadAt(value, off); err != nil {
		return fmt.Errorf("read page %d: %w", page, err)
	}
	if root := order.Uint64(value); root != 0 {
		return p.tree(root, 0, false)
	}
	in := value[16:]
	if len(in) < pageHead || order.Uint16(in[8:]) != leafPage || order.Uint32(in[12:]) != 0 {
		return wrong
	}
	count := int(order.Uint16(in[10:]))
	if pageHead+count*elementSize > len(in) {
		return wrong
	}
	return p.leaf(page, in, count, int64(len(in)), false)
}

// free checks the list of free pages.
func (p *pages) free(page uint64) error {
	wrong := errors.New("the list of free pages is damaged")
	if page < 2 || page >= p.high {
		return wrong
	}
	head := make([]byte, pageHead+8)
	if _, err := p.r.ReadAt(head, int64(page)*p.size); err != nil {
		return fmt.Errorf("read page %d: %w", page, err)
	}
	overflow := uint64(order.Uint32(head[12:]))
	if order.Uint64(head) != page || order.Uint16(head[8:]) != freelistPage || p.take(page, overflow+1) != nil {
		return wrong
	}
	count, at := uint64(order.Uint16(head[10:])), uint64(pageHead)
	if count == 0xFFFF {
		count, at = order.Uint64(head[pageHead:]), pageHead+8
	}
	if count > p.high || at+8*count > (overflow+1)*uint64(p.size) {
		return wrong
	}
	ids := make([]byte, 8*count)
	if _, err := p.r.ReadAt(ids, int64(page)*p.size+int64(at)); err != nil {
		return fmt.Errorf("read page %d: %w", page, err)
	}
	for ; len(ids) > 0; ids = ids[8:] {
		if p.take(order.Uint64(ids), 1) != nil {
			return wrong
		}
	}
	return nil
}
