package workspace

import "io"

// fellBack tells whether one of the two first pages of an index is spoilt, so that
// bbolt uses the other: the last transaction is then not there, though its caller may
// have been told that it is.
func fellBack(r io.ReaderAt, size int64) bool {
	_, a := readMeta(r, 0)
	_, b := readMeta(r, size)
	return a != nil || b != nil
}

// FellBack tells whether the index was found in the state of before its last change,
// because the page that names the last state was spoilt. A power cut in the middle of a
// change leaves that; so does somebody who changes one byte to make the last change
// disappear. The next change mends it.
func (w *Workspace) FellBack() bool { return w.index.fellBack }
