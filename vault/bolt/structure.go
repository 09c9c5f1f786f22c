package bolt

import (
	"errors"
	"fmt"
	"io"
	"os"

	"amana/vault"
)

// maxProblems bounds what one check of a structure remembers.
const maxProblems = 100

// structure checks that every page of one state of a file is used exactly once,
// as bbolt's own check does, but with one bit of memory a page.
type structure struct {
	*view
	used     []uint64
	problems []vault.Finding
	damaged  map[vault.ID]bool // buckets of payloads that are not sound
}

func newStructure(v *view) *structure {
	c := &structure{view: v, used: make([]uint64, v.high/64+1), damaged: map[vault.ID]bool{}}
	v.visit = c.mark
	c.used[0] = 3 // the two first pages
	return c
}

// mark notes that pages are used.
func (c *structure) mark(id, pages uint64) error {
	for ; pages > 0; id, pages = id+1, pages-1 {
		if c.used[id/64]&(1<<(id%64)) != 0 {
			return fmt.Errorf("page %d is used twice", id)
		}
		c.used[id/64] |= 1 << (id % 64)
	}
	return nil
}

func (c *structure) problem(id vault.ID, err error) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, vault.Finding{ID: id, Problem: err.Error()})
	}
}

// trees walks the buckets of the file, and the buckets in those if deep.
func (c *structure) trees(t tree, deep bool) error {
	return c.walk(t, nil, func(e *entry) error {
		if !e.isBucket {
			return errors.New("the top holds a key that is not a bucket")
		}
		t, err := e.tree()
		if err != nil {
			return err
		}
		return c.walk(t, nil, func(e *entry) error {
			if !e.isBucket || !deep {
				return nil
			}
			t, err := e.tree()
			if err == nil {
				err = c.walkChunks(t, func(*entry) error { return nil })
			}
			if err != nil && len(e.key) == len(vault.ID{}) {
				id := vault.ID(e.key)
				if len(c.problems) < maxProblems {
					c.damaged[id] = true
				}
				c.problem(id, fmt.Errorf("the pages of its payload are damaged: %w", err))
				return nil
			}
			return err
		})
	})
}

// freelist marks the pages that are free.
func (c *structure) freelist(page uint64) error {
	if page == noFreelist {
		return nil
	}
	if page < 2 || page >= c.high {
		return errors.New("the list of free pages lies outside")
	}
	var head [pageHead + 8]byte
	off := int64(page) * c.pageSize
	if _, err := c.r.ReadAt(head[:], off); err != nil {
		return noEOF(err)
	}
	overflow, count := uint64(order.Uint32(head[12:])), uint64(order.Uint16(head[10:]))
	from := off + pageHead
	if count == 0xFFFF { // then the first number is the count; bbolt's freelist.Read
		count, from = order.Uint64(head[pageHead:]), from+8
	}
	end := off + int64(overflow+1)*c.pageSize
	if order.Uint64(head[:]) != page || order.Uint16(head[8:]) != freelistPage ||
		page+overflow >= c.high || count > uint64(end-from)/8 {
		return errors.New("the list of free pages has a wrong head")
	}
	if err := c.mark(page, overflow+1); err != nil {
		return fmt.Errorf("the list of free pages: %w", err)
	}
	r := io.NewSectionReader(c.r, from, int64(count)*8)
	var b [8192]byte
	for last := uint64(1); count > 0; {
		part := b[:min(count*8, uint64(len(b)))]
		if _, err := io.ReadFull(r, part); err != nil {
			return noEOF(err)
		}
		for ; len(part) > 0; part, count = part[8:], count-1 {
			id := order.Uint64(part)
			if id <= last || id >= c.high {
				return errors.New("the list of free pages is out of order")
			}
			if err := c.mark(id, 1); err != nil {
				return fmt.Errorf("the list of free pages: %w", err)
			}
			last = id
		}
	}
	return nil
}

// unused reports pages that are neither used nor free. They only waste room,
// but bbolt never leaves any.
func (c *structure) unused() {
	lost := 0
	for id := range c.high {
		if c.used[id/64]&(1<<(id%64)) == 0 {
			lost++
		}
	}
	if lost > 0 {
		c.problem(vault.ID{}, fmt.Errorf("%d pages are neither used nor free", lost))
	}
}

// length compares the file's length with what the state needs. It comes before
// anything that takes memory for each page: high is only a number in a page.
func (v *view) length(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if have := uint64(info.Size() / v.pageSize); have < v.high {
		return fmt.Errorf("the file was cut short: %d pages of %d", have, v.high)
	}
	return nil
}

// checkBeforeOpen looks at all that bbolt will follow while opening a file or
// writing to it: the lists of free pages and of ids. What lies under an id of a
// payload is left to Check, for it may be very much.
//
// fallback says that one of the two first pages is damaged: if it was the newer
// one, then the last transaction is not in sight.
func checkBeforeOpen(f *os.File, bucket []byte) (fallback bool, err error) {
	m, both, err := newestMeta(f)
	if err != nil {
		return false, err
	}
	return !both, checkState(f, bucket, m)
}

func checkState(f *os.File, bucket []byte, m boltMeta) error {
	v := &view{r: f, pageSize: m.pageSize, high: m.high, root: tree{page: m.root}}
	if err := v.length(f); err != nil {
		return err
	}
	c := newStructure(v)
	// Without a list of free pages bbolt follows everything to make one.
	if err := c.trees(v.root, m.freelist == noFreelist); err != nil {
		return err
	}
	if len(c.problems) > 0 {
		return errors.New(c.problems[0].Problem)
	}
	if err := c.freelist(m.freelist); err != nil {
		return err
	}
	v.visit = nil
	if _, ok, err := v.bucket(v.root, bucket); err != nil || !ok {
		return errors.Join(errors.New("a bucket is missing"), err)
	}
	return nil
}
