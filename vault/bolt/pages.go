package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// This file reads bbolt's own format (bbolt/internal/common: Page, Meta,
// InBucket), in plain reads and never through mapped memory. bbolt's readers
// trust every page: on a damaged one they panic, fault, or descend for ever,
// and its check needs memory that grows with the file. Numbers are in the
// machine's byte order, as bbolt writes them.

const (
	pageHead    = 16 // id, flags, count, overflow
	elementSize = 16
	bucketHead  = 16 // root page, sequence

	branchPage   = 0x01
	leafPage     = 0x02
	metaPage     = 0x04
	freelistPage = 0x10
	bucketFlag   = 0x01

	boltMagic   = 0xED0CDAED
	boltVersion = 2
	noFreelist  = ^uint64(0)

	topDepth = 2  // levels of branches in view.top
	maxDepth = 24 // of a tree; with two keys a page that is 16 million pages
	maxKey   = 64 // the longest key of ours is 16 bytes
)

var order = binary.NativeEndian

// boltMeta is the page that says which state of a file is valid.
type boltMeta struct {
	pageSize             int64
	root, freelist, high uint64 // pages; high is the first one never used
	txid                 uint64
}

// readMeta reads the meta page at an offset.
func readMeta(r io.ReaderAt, off int64) (boltMeta, error) {
	var b [pageHead + 64]byte
	if _, err := r.ReadAt(b[:], off); err != nil {
		return boltMeta{}, fmt.Errorf("read its first pages: %w", noEOF(err))
	}
	p := b[pageHead:]
	h := fnv.New64a()
	h.Write(p[:56])
	m := boltMeta{
		pageSize: int64(order.Uint32(p[8:])), root: order.Uint64(p[16:]),
		freelist: order.Uint64(p[32:]), high: order.Uint64(p[40:]), txid: order.Uint64(p[48:]),
	}
	switch {
	case order.Uint32(p) != boltMagic || order.Uint32(p[4:]) != boltVersion:
		return m, errors.New("it is not a bbolt file")
	case h.Sum64() != order.Uint64(p[56:]):
		return m, errors.New("the hash of a first page is wrong")
	case m.pageSize < 1024 || m.pageSize > 1<<16 || m.pageSize&(m.pageSize-1) != 0 || m.high > 1<<48:
		return m, errors.New("the sizes in a first page are wrong")
	}
	return m, nil
}

// newestMeta returns the valid first page of the latest transaction, and whether
// the other one is valid too. bbolt writes them in turn, and makes do with one.
func newestMeta(r io.ReaderAt) (m boltMeta, both bool, err error) {
	a, err := readMeta(r, 0)
	if err != nil {
		// The second page stands one page further, and only it knows how far.
		for size := int64(1024); size <= 1<<16; size *= 2 {
			if b, berr := readMeta(r, size); berr == nil && b.pageSize == size {
				return b, false, nil
			}
		}
		return a, false, err
	}
	b, berr := readMeta(r, a.pageSize)
	if berr == nil && b.txid > a.txid {
		return b, true, nil
	}
	return a, berr == nil, nil
}

// view is one state of a file: that of a transaction, which keeps its pages
// from being used again.
type view struct {
	r        io.ReaderAt
	pageSize int64
	high     uint64 // pages
	root     tree
	txid     uint64

	// visit is told of every page once, for the check of the structure.
	visit func(id, pages uint64) error
	pool  []*node // no longer in use

	// top keeps the first branches of a tree, if it is not nil: for whoever finds
	// many keys in one tree.
	top map[uint64]*node
}

// view calls fn with the present state. fn must be short: while it runs, pages
// set free are not used again and the file grows instead.
func (f *file) view(fn func(*view) error) error {
	if f.stuck.Load() {
		return *f.broken.Load()
	}
	f.opened.RLock()
	defer f.opened.RUnlock()
	var began bool
	err := guard(func() error {
		tx, err := f.db.Begin(false)
		if err != nil {
			return err
		}
		began = true
		defer tx.Rollback()
		size := int64(len(f.undo))
		v := &view{r: f.os, pageSize: size, high: uint64(tx.Size() / size), txid: uint64(tx.ID())}
		v.root = tree{page: uint64(tx.Cursor().Bucket().Root())}
		return fn(v)
	})
	if panicked := (*panicError)(nil); !began && errors.As(err, &panicked) {
		f.breakDown(err)
		f.stuck.Store(true) // bbolt panicked in Begin and keeps its locks
	}
	return err
}

// tree is the root of a bucket: a page, or an inline page inside a value.
type tree struct {
	page     uint64
	off, len int64 // of the inline page when page is 0
}

// entry is one key of a leaf and where its value stands.
type entry struct {
	v        *view
	key      []byte // valid until the next entry
	isBucket bool
	off, len int64
}

// read returns the value, if it is not longer than limit. buf may be nil.
func (e *entry) read(buf []byte, limit int64) ([]byte, error) {
	if e.len > limit {
		return nil, errors.New("a value is too long")
	}
	if int64(cap(buf)) < e.len {
		buf = make([]byte, e.len)
	}
	buf = buf[:e.len]
	_, err := e.v.r.ReadAt(buf, e.off)
	return buf, noEOF(err)
}

// tree returns the bucket that the value is.
func (e *entry) tree() (tree, error) {
	var b [bucketHead]byte
	if !e.isBucket || e.len < bucketHead {
		return tree{}, errors.New("a bucket is not one")
	}
	if _, err := e.v.r.ReadAt(b[:], e.off); err != nil {
		return tree{}, noEOF(err)
	}
	t := tree{page: order.Uint64(b[:])}
	if t.page == 0 {
		t.off, t.len = e.off+bucketHead, e.len-bucketHead
	}
	return t, nil
}

// bucket returns the bucket of that name.
func (v *view) bucket(t tree, name []byte) (tree, bool, error) {
	e, ok, err := v.get(t, name)
	if err != nil || !ok {
		return tree{}, false, err
	}
	t, err = e.tree()
	return t, err == nil, err
}

// node is a page that was found sound: all that it points to lies inside it, and
// its keys are in order.
type node struct {
	buf   []byte // from the page's start to the end of its elements, at least
	keys  []byte // all keys, one behind the other
	ends  []int  // where each of them ends
	count int
	leaf  bool
	off   int64
	size  int64
}

func (n *node) element(i int) []byte { return n.buf[pageHead+i*elementSize:][:elementSize] }

// key returns where the i-th key stands in the page and how long it is.
func (n *node) key(i int) (pos, size int64) {
	e := n.element(i)
	start := int64(pageHead + i*elementSize)
	if n.leaf {
		return start + int64(order.Uint32(e[4:])), int64(order.Uint32(e[8:]))
	}
	return start + int64(order.Uint32(e)), int64(order.Uint32(e[4:]))
}

func (v *view) node(t tree) (*node, error) {
	n := new(node)
	if len(v.pool) > 0 {
		n, v.pool = v.pool[len(v.pool)-1], v.pool[:len(v.pool)-1]
	}
	n.off, n.size = int64(t.page)*v.pageSize, v.pageSize
	if t.page == 0 {
		n.off, n.size = t.off, t.len
	} else if t.page < 2 || t.page >= v.high {
		return nil, fmt.Errorf("page %d lies outside", t.page)
	}
	if int64(cap(n.buf)) < min(n.size, v.pageSize) {
		n.buf = make([]byte, v.pageSize)
	}
	n.buf = n.buf[:min(n.size, v.pageSize)]
	if len(n.buf) < pageHead {
		return nil, errors.New("an inline page is too short")
	}
	if _, err := v.r.ReadAt(n.buf, n.off); err != nil {
		return nil, fmt.Errorf("read page %d: %w", t.page, noEOF(err))
	}
	flags, overflow := order.Uint16(n.buf[8:]), uint64(order.Uint32(n.buf[12:]))
	n.count, n.leaf = int(order.Uint16(n.buf[10:])), flags == leafPage
	if t.page != 0 {
		if order.Uint64(n.buf) != t.page || t.page+overflow >= v.high {
			return nil, fmt.Errorf("page %d has a wrong head", t.page)
		}
		n.size = int64(overflow+1) * v.pageSize
		if v.visit != nil {
			if err := v.visit(t.page, overflow+1); err != nil {
				return nil, err
			}
		}
	}
	if flags != leafPage && (flags != branchPage || n.count == 0 || t.page == 0) {
		return nil, fmt.Errorf("page %d has a wrong kind", t.page)
	}
	if err := n.load(v.r, t.page); err != nil {
		return nil, err
	}
	return n, nil
}

// load reads the rest of the elements and all keys, and checks them. bbolt writes
// elements, keys and values one behind the other without a gap, so that a wrong
// count shows. Values are left where they are, and pages of long values have keys
// far behind: those are read one by one.
func (n *node) load(r io.ReaderAt, page uint64) error {
	wrong := fmt.Errorf("page %d has wrong contents", page)
	elements := int64(pageHead + n.count*elementSize)
	if elements > n.size {
		return wrong
	}
	if have := int64(len(n.buf)); elements > have {
		n.buf = append(n.buf, make([]byte, elements-have)...)
		if _, err := r.ReadAt(n.buf[have:], n.off+have); err != nil {
			return noEOF(err)
		}
	}
	n.keys, n.ends = n.keys[:0], n.ends[:0]
	end := elements
	for i := range n.count {
		pos, size := n.key(i)
		if size == 0 || size > maxKey || pos != end {
			return wrong
		}
		end = pos + size
		if n.leaf {
			end += int64(order.Uint32(n.element(i)[12:]))
		}
		if end > n.size {
			return wrong
		}
		if pos+size <= int64(len(n.buf)) {
			n.keys = append(n.keys, n.buf[pos:pos+size]...)
		} else {
			var far [maxKey]byte
			if _, err := r.ReadAt(far[:size], n.off+pos); err != nil {
				return noEOF(err)
			}
			n.keys = append(n.keys, far[:size]...)
		}
		n.ends = append(n.ends, len(n.keys))
		if i > 0 && bytes.Compare(n.keyAt(i-1), n.keyAt(i)) >= 0 {
			return fmt.Errorf("page %d has keys out of order", page)
		}
	}
	if page == 0 && end != n.size {
		return wrong
	}
	return nil
}

func (n *node) keyAt(i int) []byte {
	if i == 0 {
		return n.keys[:n.ends[0]]
	}
	return n.keys[n.ends[i-1]:n.ends[i]]
}

// find returns the first place whose key is not below key.
func (n *node) find(key []byte) (int, bool) {
	lo, hi := 0, n.count
	for lo < hi {
		mid := (lo + hi) / 2
		switch bytes.Compare(n.keyAt(mid), key) {
		case 0:
			return mid, true
		case -1:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return lo, false
}

func (n *node) child(i int) tree { return tree{page: order.Uint64(n.element(i)[8:])} }

func (n *node) entry(v *view, i int) entry {
	e := n.element(i)
	pos, size := n.key(i)
	return entry{v: v, key: n.keyAt(i), isBucket: order.Uint32(e)&bucketFlag != 0,
		off: n.off + pos + size, len: int64(order.Uint32(e[12:]))}
}

// noEOF makes a plain end of file what it is here: a file that is too short.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
