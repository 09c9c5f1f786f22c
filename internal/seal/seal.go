// Package seal turns a testimony into its sealed envelope, as a stream: an age
// file to hybrid recipients that holds a ZIP of stored entries, padded so that
// its length says little. docs/formats.md describes it.
//
// It never sees an identity and never touches a file; what it is given flows
// into the envelope as it comes.
package seal

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"slices"

	"amana/internal/testimony"

	"filippo.io/age"
)

// ErrTooManyFiles is returned for a file over [testimony.MaxFiles].
var ErrTooManyFiles = errors.New("seal: too many files")

// Writer seals one testimony. It is used by one goroutine.
type Writer struct {
	payload io.WriteCloser // the age stream
	zip     *zip.Writer
	entry   *entryWriter // the entry being written, or nil
	entries []testimony.Entry
	files   []testimony.File
}

// New begins an envelope to the given recipients, each of which must be a
// [age.HybridRecipient]. The age header is written to dst at once.
func New(dst io.Writer, recipients []age.Recipient) (*Writer, error) {
	if len(recipients) == 0 {
		return nil, errors.New("seal: no recipients")
	}
	for _, r := range recipients {
		if _, ok := r.(*age.HybridRecipient); !ok {
			return nil, errors.New("seal: a recipient is not post-quantum")
		}
	}
	payload, err := age.Encrypt(dst, recipients...)
	if err != nil {
		return nil, fmt.Errorf("seal: begin envelope: %w", err)
	}
	return &Writer{payload: payload, zip: zip.NewWriter(payload)}, nil
}

// File begins the next file. The returned writer is valid until the next call
// of a method. name and contentType are the source's words, kept only inside.
func (w *Writer) File(name, contentType string) (io.Writer, error) {
	if len(w.files) == testimony.MaxFiles {
		return nil, ErrTooManyFiles
	}
	entry := fmt.Sprintf("%s%03d.%s", testimony.FilesPrefix, len(w.files)+1, testimony.Ending(name))
	e, err := w.create(entry)
	if err != nil {
		return nil, err
	}
	w.files = append(w.files, testimony.File{Entry: entry, Name: name, Type: contentType})
	return e, nil
}

// Close writes testimony.json, manifest.json and the padding, and ends the age
// stream; it does not close dst. t.Schema and t.Files are filled in, and what is nil
// is written as empty. What [testimony.Testimony.Check] refuses is an error. Without
// Close, what was written cannot be opened.
func (w *Writer) Close(t testimony.Testimony) error {
	t.Schema = testimony.SchemaOf(t.Kind)
	t.Files = append([]testimony.File{}, w.files...)
	t.Fetched = append([]string{}, t.Fetched...)
	if t.Answers == nil {
		t.Answers = map[string]string{}
	}
	t.Choices = filled(t.Choices)
	if err := t.Check(); err != nil {
		return fmt.Errorf("seal: check testimony: %w", err)
	}
	if err := w.document(testimony.TestimonyName, t); err != nil {
		return err
	}
	w.finish()
	manifest := testimony.Manifest{Schema: testimony.ManifestSchema, Entries: slices.Clone(w.entries)}
	if err := w.document(testimony.ManifestName, manifest); err != nil {
		return err
	}
	if err := w.pad(); err != nil {
		return err
	}
	if err := w.zip.Close(); err != nil {
		return fmt.Errorf("seal: end envelope: %w", err)
	}
	if err := w.payload.Close(); err != nil {
		return fmt.Errorf("seal: end envelope: %w", err)
	}
	return nil
}

// filled returns choices in which nothing is nil.
func filled(choices map[string][]string) map[string][]string {
	all := make(map[string][]string, len(choices))
	for key, codes := range choices {
		all[key] = append([]string{}, codes...)
	}
	return all
}

// document writes one JSON entry.
func (w *Writer) document(name string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("seal: encode %s: %w", name, err)
	}
	if len(data) > testimony.MaxDocument {
		return fmt.Errorf("seal: %s is larger than %d bytes", name, testimony.MaxDocument)
	}
	e, err := w.create(name)
	if err != nil {
		return err
	}
	_, err = e.Write(data)
	return err
}

// create ends the entry before and begins one without time, mode or comment.
func (w *Writer) create(name string) (*entryWriter, error) {
	w.finish()
	zw, err := w.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err != nil {
		return nil, fmt.Errorf("seal: begin %s: %w", name, err)
	}
	w.entry = &entryWriter{name: name, w: zw, sum: sha256.New()}
	return w.entry, nil
}

// finish notes name, size and hash of the entry being written.
func (w *Writer) finish() {
	if e := w.entry; e != nil {
		w.entries = append(w.entries, testimony.Entry{
			Name: e.name, Size: e.size, SHA256: hex.EncodeToString(e.sum.Sum(nil)),
		})
		w.entry = nil
	}
}

// entryWriter counts and hashes what goes into one entry.
type entryWriter struct {
	name string
	w    io.Writer
	sum  hash.Hash
	size int64
}

// Write implements io.Writer.
func (e *entryWriter) Write(p []byte) (int, error) {
	n, err := e.w.Write(p)
	e.sum.Write(p[:n])
	e.size += int64(n)
	if err != nil {
		return n, fmt.Errorf("seal: write %s: %w", path.Base(e.name), err)
	}
	return n, nil
}
