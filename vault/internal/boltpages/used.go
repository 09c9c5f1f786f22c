package boltpages

import (
	"errors"
	"fmt"
	"io"
)

// Used checks that every page of one state of a file is used exactly once, as bbolt's
// own check does, but with one bit of memory a page.
type Used struct {
	v    *View
	bits []uint64
}

// NewUsed returns a Used that is told of every page that v reads from now on. The
// caller has called [View.Length].
func NewUsed(v *View) *Used {
	u := &Used{v: v, bits: make([]uint64, v.High/64+1)}
	v.Visit = u.Mark
	u.bits[0] = 3 // the two first pages
	return u
}

// Mark notes that pages are used, from one inside the file on, all of them inside it.
func (u *Used) Mark(page, pages uint64) error {
	for ; pages > 0; page, pages = page+1, pages-1 {
		if u.bits[page/64]&(1<<(page%64)) != 0 {
			return fmt.Errorf("page %d is used twice", page)
		}
		u.bits[page/64] |= 1 << (page % 64)
	}
	return nil
}

// Freelist marks the pages that are free, and those of the list itself, which starts
// at a page.
func (u *Used) Freelist(page uint64) error {
	if page == NoFreelist {
		return nil
	}
	if page < 2 || page >= u.v.High {
		return errors.New("the list of free pages lies outside")
	}
	var head [PageHead + 8]byte
	off := int64(page) * u.v.PageSize
	if _, err := u.v.r.ReadAt(head[:], off); err != nil {
		return noEOF(err)
	}
	overflow, count := uint64(order.Uint32(head[12:])), uint64(order.Uint16(head[10:]))
	from := off + PageHead
	if count == 0xFFFF { // then the first number is the count; bbolt's freelist.Read
		count, from = order.Uint64(head[PageHead:]), from+8
	}
	end := off + int64(overflow+1)*u.v.PageSize
	if order.Uint64(head[:]) != page || order.Uint16(head[8:]) != freelistPage ||
		page+overflow >= u.v.High || count > uint64(end-from)/8 {
		return errors.New("the list of free pages has a wrong head")
	}
	if err := u.Mark(page, overflow+1); err != nil {
		return fmt.Errorf("the list of free pages: %w", err)
	}
	r := io.NewSectionReader(u.v.r, from, int64(count)*8)
	var b [8192]byte
	for last := uint64(1); count > 0; {
		part := b[:min(count*8, uint64(len(b)))]
		if _, err := io.ReadFull(r, part); err != nil {
			return noEOF(err)
		}
		for ; len(part) > 0; part, count = part[8:], count-1 {
			id := order.Uint64(part)
			if id <= last || id >= u.v.High {
				return errors.New("the list of free pages is out of order")
			}
			if err := u.Mark(id, 1); err != nil {
				return fmt.Errorf("the list of free pages: %w", err)
			}
			last = id
		}
	}
	return nil
}

// Lost returns the number of pages that are neither used nor free. They only waste
// room, but bbolt never leaves any.
func (u *Used) Lost() (pages int) {
	for id := range u.v.High {
		if u.bits[id/64]&(1<<(id%64)) == 0 {
			pages++
		}
	}
	return pages
}
