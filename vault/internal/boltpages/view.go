package boltpages

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// View is one state of a file. Whoever reads while bbolt writes holds a transaction,
// which keeps the pages of that state from being used again. It is not safe for use by
// several goroutines at once.
type View struct {
	Meta

	// Visit, if it is not nil, is told of every page that is read, with how many
	// pages follow from it, itself among them. An error ends the reading.
	Visit func(page, pages uint64) error

	r    io.ReaderAt
	pool []*node          // no longer in use
	top  map[uint64]*node // see KeepTop
}

// View returns the state that m tells of in the file r. Of m it needs neither TxID
// nor Freelist.
func (m Meta) View(r io.ReaderAt) *View { return &View{Meta: m, r: r} }

// KeepTop makes v keep the first branches of a tree in memory: for whoever finds many
// keys in one tree.
func (v *View) KeepTop() { v.top = map[uint64]*node{} }

// Length compares the file's length with what the state needs. It comes before
// anything that takes memory for each page: High is only a number in a page.
func (v *View) Length(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if have := uint64(info.Size() / v.PageSize); have < v.High {
		return fmt.Errorf("the file was cut short: %d pages of %d", have, v.High)
	}
	return nil
}

// Tree is the root of a bucket: a page, or an inline page inside a value.
type Tree struct {
	Page uint64 // 0 for an inline page

	off, len int64 // of the inline page
}

// Entry is one key of a bucket and where its value stands.
type Entry struct {
	Key      []byte // valid until the next entry
	IsBucket bool
	Len      int64 // bytes of the value

	v   *View
	off int64
}

// Read returns the value, if it is not longer than limit. buf may be nil.
func (e *Entry) Read(buf []byte, limit int64) ([]byte, error) {
	if e.Len > limit {
		return nil, errors.New("a value is too long")
	}
	if int64(cap(buf)) < e.Len {
		buf = make([]byte, e.Len)
	}
	buf = buf[:e.Len]
	return buf, e.ReadPart(buf, 0)
}

// ReadPart fills p with what the value holds from off on. The caller sees to it that the
// value is as long.
func (e *Entry) ReadPart(p []byte, off int64) error {
	_, err := e.v.r.ReadAt(p, e.off+off)
	return noEOF(err)
}

// Tree returns the bucket that the value is.
func (e *Entry) Tree() (Tree, error) {
	var b [bucketHead]byte
	if !e.IsBucket || e.Len < bucketHead {
		return Tree{}, errors.New("a bucket is not one")
	}
	if err := e.ReadPart(b[:], 0); err != nil {
		return Tree{}, err
	}
	t := Tree{Page: order.Uint64(b[:])}
	if t.Page == 0 {
		t.off, t.len = e.off+bucketHead, e.Len-bucketHead
	}
	return t, nil
}

// Bucket returns the bucket of that name in a tree, and whether there is one.
func (v *View) Bucket(t Tree, name []byte) (Tree, bool, error) {
	e, ok, err := v.Get(t, name)
	if err != nil || !ok {
		return Tree{}, false, err
	}
	t, err = e.Tree()
	return t, err == nil, err
}
