// Package form reads a form as a stream of multipart/form-data (RFC 7578): text
// fields that are known beforehand, and any number of files, each passed on as it
// comes.
//
// It holds no file in memory and writes none to disk. It may not touch the
// network, a vault or a key, and knows no question: what a text must be is for
// the caller to check. It reads every part to its end or not at all:
// mime/multipart skips an unread rest through a buffer that is never erased.
package form

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
)

// FilesField is the name of the field that holds files.
const FilesField = "files"

// Why a form is not read to its end.
var (
	ErrFileTooLarge  = errors.New("form: a file is too large")
	ErrTotalTooLarge = errors.New("form: the files together are too large")
	ErrTooManyFiles  = errors.New("form: too many files")
	ErrMalformed     = errors.New("form: not what a browser sends")
)

// Field says what one text field of a form may hold.
type Field struct {
	Max   int // characters (code points)
	Times int // how often it may come: 1, or more for checkboxes of one name
}

// Fields are the text fields that a form may have, by name.
type Fields map[string]Field

// Limits bound the files of a form.
type Limits struct {
	File  int64 // bytes of one file
	Total int64 // bytes of all files together
	Files int   // how many files
}

// Form is what was read besides the bytes of the files.
type Form struct {
	Values    map[string][]string // by field, in the order they came, with \n between lines
	FileNames []string            // of the files passed on, clipped, in order
	FileBytes int64               // passed on, of all files
	Unknown   bool                // a text came that the form has no field for
}

// Sink takes the files. A returned writer is used until File is called again.
type Sink interface {
	// File is called when a file begins. got is what came before it. An error
	// ends the reading: nothing more of the form is looked at.
	File(got *Form, name, contentType string) (io.Writer, error)
}

const (
	bufferSize = 64 << 10 // bytes; less for a small form
	leastSize  = 8 << 10
	// maxHead bounds what may stand before a part's content or after the last
	// part, in bytes.
	maxHead = 64 << 10
	// spareFiles is how many file inputs that were left empty a form may have
	// besides full ones.
	spareFiles = 10
)

// Read reads a form from body, which must end with io.EOF where the request
// ends; size is its length in bytes if that is known, or below 0.
//
// A text longer than its field may be is no error here: so much of it is kept
// that it is still over the limit, and can be given back. Nor is one that is not
// UTF-8, which is kept as it came. A text of no field is passed over and noted in
// Form.Unknown.
//
// The errors above are wrapped where they apply; errors of body and sink are
// returned as they are. With an error, the Form holds what was read before it, so
// that the source's words can be given back: every text that came to its end, and
// the names of all files that were begun, the last of them being the one that
// was too large, if one was.
func Read(body io.Reader, size int64, boundary string, limits Limits, fields Fields, sink Sink) (Form, error) {
	buffer := bufferSize
	if size >= 0 {
		buffer = int(max(leastSize, min(size, bufferSize)))
	}
	r := &reader{limits: limits, fields: fields, sink: sink, buffer: make([]byte, buffer), spill: maxSpill}
	r.form.Values = make(map[string][]string)
	r.gate.r = bufio.NewReaderSize(body, buffer)
	err := r.parts(multipart.NewReader(&r.gate, boundary))
	if err != nil && r.gate.failed != nil && r.gate.failed != io.EOF {
		err = r.gate.failed // what cut the parser short says more than the parser
	}
	return r.form, err
}

type reader struct {
	limits Limits
	fields Fields
	sink   Sink
	gate   gate
	buffer []byte
	form   Form
	inputs int // file parts, also empty ones
	spill  int // bytes of text over its limits that may still come
}

// parts reads all parts and what follows the last one.
func (r *reader) parts(m *multipart.Reader) error {
	for n := 1; ; n++ {
		r.gate.left = maxHead
		part, err := m.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: part %d", ErrMalformed, n)
		}
		r.gate.left = unlimited
		if part.FormName() == FilesField {
			err = r.file(part)
		} else {
			err = r.text(part)
		}
		if err != nil {
			return err
		}
	}
	// A request that was cut off behind the last part is not whole either.
	for {
		switch _, err := r.gate.Read(r.buffer); err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}

// isFile reports whether a part comes from a file input: that always sends the
// name of a file, if only an empty one.
func isFile(part *multipart.Part) bool {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	_, ok := params["filename"]
	return err == nil && ok
}

const unlimited = -1

// gate bounds how much may be read while a part's head is looked for, and
// remembers what cut the reading short.
type gate struct {
	r      io.Reader
	left   int // bytes, or unlimited
	failed error
}

// Read implements io.Reader.
func (g *gate) Read(p []byte) (int, error) {
	if g.left == 0 {
		g.failed = fmt.Errorf("%w: the head of a part is too long", ErrMalformed)
		return 0, g.failed
	}
	if g.left > 0 && len(p) > g.left {
		p = p[:g.left]
	}
	n, err := g.r.Read(p)
	if g.left > 0 {
		g.left -= n
	}
	if err != nil {
		g.failed = err
	}
	return n, err
}
