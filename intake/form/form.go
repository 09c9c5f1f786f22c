// Package form reads the testimony form as a stream of multipart/form-data
// (RFC 7578): a narrative and any number of files, each passed on as it comes.
//
// It holds no file in memory and writes none to disk. It may not touch the
// network, a vault or a key. It reads every part to its end or not at all:
// mime/multipart skips an unread rest through a buffer that is never erased.
package form

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
	"unicode/utf8"

	"amana/internal/testimony"
)

// The names of the form's fields.
const (
	NarrativeField = "narrative"
	FilesField     = "files"
)

// Why a form is not taken. The source is told what to do about each.
var (
	ErrEmpty         = errors.New("form: neither text nor a file")
	ErrTextTooLong   = errors.New("form: text is too long")
	ErrFileTooLarge  = errors.New("form: a file is too large")
	ErrTotalTooLarge = errors.New("form: the files together are too large")
	ErrTooManyFiles  = errors.New("form: too many files")
	ErrMalformed     = errors.New("form: not what a browser sends")
)

// Limits bound a form.
type Limits struct {
	Text  int   // characters (code points) of the narrative
	File  int64 // bytes of one file
	Total int64 // bytes of all files together
	Files int   // how many files
}

// Form is what was read besides the bytes of the files.
type Form struct {
	Narrative string // with \n between lines
	Files     int    // how many files were passed on
}

// Sink takes the files. A returned writer is used until File is called again.
type Sink interface {
	File(name, contentType string) (io.Writer, error)
}

const (
	bufferSize = 64 << 10 // bytes; less for a small form
	leastSize  = 8 << 10
	// maxHead bounds what may stand before a part's content or after the last
	// part, in bytes.
	maxHead = 64 << 10
	// spareParts is how many parts besides full files a form may have: the
	// narrative, and file inputs that were left empty.
	spareParts = 10
)

// Read reads a form from body, which must end with io.EOF where the request
// ends; size is its length in bytes if that is known, or below 0.
//
// The errors above are wrapped where they apply; errors of body and sink are
// returned as they are. With an error, the Form holds what was read before it,
// so that the source's words can be given back: the narrative if it came to its
// end, also when it is too long or not UTF-8, but not if it is several times too
// long.
func Read(body io.Reader, size int64, boundary string, limits Limits, sink Sink) (Form, error) {
	buffer := bufferSize
	if size >= 0 {
		buffer = int(max(leastSize, min(size, bufferSize)))
	}
	r := &reader{limits: limits, sink: sink, buffer: make([]byte, buffer)}
	r.gate.r = bufio.NewReaderSize(body, buffer)
	err := r.parts(multipart.NewReader(&r.gate, boundary))
	if err != nil && r.gate.failed != nil && r.gate.failed != io.EOF {
		err = r.gate.failed // what cut the parser short says more than the parser
	}
	return r.form, err
}

type reader struct {
	limits    Limits
	sink      Sink
	gate      gate
	buffer    []byte
	form      Form
	narrated  bool
	total     int64
	fileBytes bool
}

// parts reads all parts and what follows the last one.
func (r *reader) parts(m *multipart.Reader) error {
	for n := 0; ; n++ {
		r.gate.left = maxHead
		part, err := m.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: part %d", ErrMalformed, n+1)
		}
		if n == r.limits.Files+spareParts {
			return ErrTooManyFiles
		}
		r.gate.left = unlimited
		switch part.FormName() {
		case NarrativeField:
			err = r.narrative(part)
		case FilesField:
			err = r.file(part)
		default:
			err = fmt.Errorf("%w: unknown field", ErrMalformed)
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
			if strings.TrimSpace(r.form.Narrative) == "" && !r.fileBytes {
				return ErrEmpty
			}
			return nil
		default:
			return err
		}
	}
}

// narrative reads the text.
func (r *reader) narrative(part *multipart.Part) error {
	if r.narrated || part.FileName() != "" {
		return fmt.Errorf("%w: the text came twice", ErrMalformed)
	}
	r.narrated = true
	var text []byte
	most := utf8.UTFMax * r.limits.Text
	for {
		n, err := part.Read(r.buffer)
		text = append(text, r.buffer[:n]...)
		if len(text) > most {
			return ErrTextTooLong
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: text", ErrMalformed)
		}
	}
	// A browser sends CR LF for each line end that was typed.
	r.form.Narrative = string(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")))
	if !utf8.ValidString(r.form.Narrative) {
		r.form.Narrative = strings.ToValidUTF8(r.form.Narrative, "\uFFFD")
		return fmt.Errorf("%w: the text is not UTF-8", ErrMalformed)
	}
	if utf8.RuneCountInString(r.form.Narrative) > r.limits.Text {
		return ErrTextTooLong
	}
	return nil
}

// file passes one file on. An input without a file sends an empty part without
// a name, which is passed over.
func (r *reader) file(part *multipart.Part) error {
	name := clip(part.FileName())
	var out io.Writer
	var size int64
	for {
		n, err := part.Read(r.buffer)
		size += int64(n)
		switch {
		case size > r.limits.File:
			return ErrFileTooLarge
		case r.total+size > r.limits.Total:
			return ErrTotalTooLarge
		}
		if out == nil && (n > 0 || name != "") {
			if r.form.Files == r.limits.Files {
				return ErrTooManyFiles
			}
			w, err := r.sink.File(name, clip(part.Header.Get("Content-Type")))
			if err != nil {
				return err
			}
			out = w
			r.form.Files++
		}
		if n > 0 {
			if _, err := out.Write(r.buffer[:n]); err != nil {
				return err
			}
			r.fileBytes = true
		}
		if err == io.EOF {
			r.total += size
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: file", ErrMalformed)
		}
	}
}

// clip makes a source's word for a file valid UTF-8 of bounded length.
func clip(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	for i, n := 0, 0; i < len(s); n++ {
		if n == testimony.MaxFileName {
			return s[:i]
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return s
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
