package boltpages

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

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

func (n *node) element(i int) []byte { return n.buf[PageHead+i*ElementSize:][:ElementSize] }

// key returns where the i-th key stands in the page and how long it is.
func (n *node) key(i int) (pos, size int64) {
	e := n.element(i)
	start := int64(PageHead + i*ElementSize)
	if n.leaf {
		return start + int64(order.Uint32(e[4:])), int64(order.Uint32(e[8:]))
	}
	return start + int64(order.Uint32(e)), int64(order.Uint32(e[4:]))
}

func (v *View) node(t Tree) (*node, error) {
	n := new(node)
	if len(v.pool) > 0 {
		n, v.pool = v.pool[len(v.pool)-1], v.pool[:len(v.pool)-1]
	}
	n.off, n.size = int64(t.Page)*v.PageSize, v.PageSize
	if t.Page == 0 {
		n.off, n.size = t.off, t.len
	} else if t.Page < 2 || t.Page >= v.High {
		return nil, fmt.Errorf("page %d lies outside", t.Page)
	}
	if int64(cap(n.buf)) < min(n.size, v.PageSize) {
		n.buf = make([]byte, v.PageSize)
	}
	n.buf = n.buf[:min(n.size, v.PageSize)]
	if len(n.buf) < PageHead {
		return nil, errors.New("an inline page is too short")
	}
	if _, err := v.r.ReadAt(n.buf, n.off); err != nil {
		return nil, fmt.Errorf("read page %d: %w", t.Page, noEOF(err))
	}
	flags, overflow := order.Uint16(n.buf[8:]), uint64(order.Uint32(n.buf[12:]))
	n.count, n.leaf = int(order.Uint16(n.buf[10:])), flags == leafPage
	if t.Page != 0 {
		if order.Uint64(n.buf) != t.Page || t.Page+overflow >= v.High {
			return nil, fmt.Errorf("page %d has a wrong head", t.Page)
		}
		n.size = int64(overflow+1) * v.PageSize
		if v.Visit != nil {
			if err := v.Visit(t.Page, overflow+1); err != nil {
				return nil, err
			}
		}
	}
	if flags != leafPage && (flags != branchPage || n.count == 0 || t.Page == 0) {
		return nil, fmt.Errorf("page %d has a wrong kind", t.Page)
	}
	if err := n.load(v.r, t.Page); err != nil {
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
	elements := int64(PageHead + n.count*ElementSize)
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

func (n *node) child(i int) Tree { return Tree{Page: order.Uint64(n.element(i)[8:])} }

func (n *node) entry(v *View, i int) Entry {
	e := n.element(i)
	pos, size := n.key(i)
	return Entry{v: v, Key: n.keyAt(i), IsBucket: order.Uint32(e)&bucketFlag != 0,
		off: n.off + pos + size, Len: int64(order.Uint32(e[12:]))}
}
