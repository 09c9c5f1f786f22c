package form

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"strings"
	"unicode/utf8"

	"amana/internal/testimony"
)

// maxSpill bounds what is read and dropped, of texts that are over their limits and
// of fields that the form does not have, in bytes of one form: a text that never ends must not hold a place for ever.
const maxSpill = 8 << 20

// partCost is what a part that is passed over counts besides its bytes.
const partCost = 128

// text reads one text field. It is kept whole if it is within its limit. One that
// the form does not have is passed over.
func (r *reader) text(part *multipart.Part) error {
	name := part.FormName()
	field, ok := r.fields[name]
	switch {
	case isFile(part):
		return fmt.Errorf("%w: a text is a file", ErrMalformed)
	case name == "":
		return fmt.Errorf("%w: a part without a name", ErrMalformed)
	case !ok:
		return r.unknown(part)
	case len(r.form.Values[name]) >= field.Times:
		return fmt.Errorf("%w: a field came too often", ErrMalformed)
	}
	// One character more than there may be, whatever its length, says that the
	// text is too long. A line end takes two bytes here and is one character.
	most := utf8.UTFMax * (field.Max + 1)
	var text []byte
	var cut bool
	for {
		n, err := part.Read(r.buffer)
		keep := min(n, most-len(text))
		text = append(text, r.buffer[:keep]...)
		if keep < n {
			cut = true
			if r.spill -= n - keep; r.spill < 0 {
				return fmt.Errorf("%w: a text is far too long", ErrMalformed)
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("%w: text", ErrMalformed)
		}
	}
	if cut {
		text = bytes.TrimSuffix(whole(text), []byte("\r"))
	}
	// A browser sends CR LF for each line end that was typed.
	r.form.Values[name] = append(r.form.Values[name], string(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))))
	return nil
}

// unknown passes over a field that the form does not have: it was shown before the
// questions were changed, most likely, and what stands behind it must not be lost.
func (r *reader) unknown(part *multipart.Part) error {
	r.form.Unknown = true
	r.spill -= partCost
	for {
		n, err := part.Read(r.buffer)
		if r.spill -= n; r.spill < 0 {
			return fmt.Errorf("%w: too much is of no field", ErrMalformed)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: unknown field", ErrMalformed)
		}
	}
}

// whole returns b without a code point that was cut at its end.
func whole(b []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if rest := b[len(b)-i:]; utf8.RuneStart(rest[0]) {
			if !utf8.FullRune(rest) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

// file passes one file on. An input without a file sends an empty part without
// a name, which is passed over.
func (r *reader) file(part *multipart.Part) error {
	if !isFile(part) {
		return fmt.Errorf("%w: a file is a text", ErrMalformed)
	}
	if r.inputs++; r.inputs > r.limits.Files+spareFiles {
		return ErrTooManyFiles
	}
	name := clip(part.FileName())
	var out io.Writer
	var size int64
	for {
		n, err := part.Read(r.buffer)
		if out == nil && (n > 0 || name != "") {
			if len(r.form.FileNames) == r.limits.Files {
				return ErrTooManyFiles
			}
			w, err := r.sink.File(&r.form, name, clip(part.Header.Get("Content-Type")))
			if err != nil {
				return err
			}
			out = w
			r.form.FileNames = append(r.form.FileNames, name)
		}
		size += int64(n)
		switch {
		case size > r.limits.File:
			return ErrFileTooLarge
		case r.form.FileBytes+int64(n) > r.limits.Total:
			return ErrTotalTooLarge
		}
		if n > 0 {
			if _, err := out.Write(r.buffer[:n]); err != nil {
				return err
			}
			r.form.FileBytes += int64(n)
		}
		if err == io.EOF {
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
