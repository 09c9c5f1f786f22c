package workspace

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"regexp"

	"amana/internal/testimony"
	"amana/internal/unseal"
)

// The shelves of this package.
const (
	refs      = "refs"      // by id: a Ref
	documents = "documents" // by id: testimony.json, byte for byte as sealed
)

// Ref is what is known of one envelope without its words. It is small: a workspace
// has all of them in memory when it works on cases.
type Ref struct {
	ID       string         `json:"id"`       // 32 hexadecimal digits
	Kind     testimony.Kind `json:"kind"`     // testimony.First for one of schema 1
	Thread   string         `json:"thread"`   // 32 hexadecimal digits; the id for one of schema 1
	Received string         `json:"received"` // the day, as the server signed it
	Language string         `json:"language"`

	Epoch   uint32   `json:"epoch"`   // of the roster it was sealed under when it arrived
	Size    int64    `json:"size"`    // bytes of the age file
	SHA256  string   `json:"sha256"`  // of the age file, as it lies in originals
	Payload string   `json:"payload"` // SHA-256 of its payload, as the server signed it
	Bundle  string   `json:"bundle"`  // SHA-256 of the signed manifest it came with
	Opened  string   `json:"opened"`  // day in UTC
	Files   []File   `json:"files"`   // of the source
	Notes   []string `json:"notes"`   // what a reviewer should know, in English

	Header uint32 `json:"header"` // epoch of the roster that its header is for, as it came
	Roster string `json:"roster"` // in English: under which roster it was sealed
	Reply  string `json:"reply"`  // SHA-256 of where its source can be answered; empty if nowhere
}

// File is one file of a source, as its envelope says.
type File struct {
	Entry  string `json:"entry"` // "files/001.jpg"
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

var idShape = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Ref returns what is known of an envelope; false if there is none of that id.
func (w *Workspace) Ref(id string) (Ref, bool, error) { return get[Ref](w.Shelf(refs), id) }

// Refs yields what is known of every envelope, in an order of its own. An error is
// the last that is yielded.
func (w *Workspace) Refs() iter.Seq2[Ref, error] { return decoded[Ref](w.Shelf(refs)) }

// Document returns testimony.json of an envelope, byte for byte as sealed.
func (w *Workspace) Document(id string) ([]byte, error) {
	data, err := w.Shelf(documents).Get(id)
	if err == nil && data == nil {
		err = fmt.Errorf("%w: no document of %s", ErrDamaged, id)
	}
	return data, err
}

// Testimony returns what a source sent, but for the bytes of its files. For one of
// schema 1, which says neither, it sets the kind and the thread as [Ref] has them.
func (w *Workspace) Testimony(id string) (*testimony.Testimony, error) {
	data, err := w.Document(id)
	if err != nil {
		return nil, err
	}
	t := new(testimony.Testimony)
	if err := json.Unmarshal(data, t); err != nil {
		return nil, fmt.Errorf("%w: the document of %s", ErrDamaged, id)
	}
	if t.Schema == testimony.Schema1 {
		t.Kind, t.Thread = testimony.First, id
	}
	return t, nil
}

// originalPath is the path of an original in the workspace.
func originalPath(id string) string { return filepath.Join(originalsName, id[:2], id+originalEnd) }

// Original opens the age file of an envelope as it was carried. The caller must close
// it.
func (w *Workspace) Original(id string) (*os.File, error) {
	if !idShape.MatchString(id) {
		return nil, fmt.Errorf("workspace: %q is no id", id)
	}
	return openRegular(w.root, originalPath(id), os.O_RDONLY)
}

// Lies tells whether the original of an envelope is in its place, with the right
// number of bytes, and its document in the index. Whether they are the right ones,
// opening it tells.
func (w *Workspace) Lies(ref Ref) bool {
	if !idShape.MatchString(ref.ID) || !w.Shelf(documents).has(ref.ID) {
		return false
	}
	info, err := w.root.Lstat(originalPath(ref.ID))
	return err == nil && info.Mode().IsRegular() && info.Size() == ref.Size
}

// Envelope opens an original again, for the bytes of its files. It is held against the
// records: an envelope that is not the one that was opened, though it may be sealed
// well, is damage. The caller must close the file, and not before the envelope was used.
func (w *Workspace) Envelope(id string) (*unseal.Envelope, *os.File, error) {
	e, file, err := w.Unchecked(id)
	if err != nil {
		return nil, nil, err
	}
	if err := w.same(id, e); err != nil {
		file.Close()
		return nil, nil, fmt.Errorf("original of %s: %w", id, err)
	}
	return e, file, nil
}

// same returns an error unless an envelope is the one that the records tell of: its
// document, and the hashes of its files.
func (w *Workspace) same(id string, e *unseal.Envelope) error {
	ref, found, err := w.Ref(id)
	if err != nil {
		return err
	}
	document, err := w.Document(id)
	if err != nil {
		return err
	}
	if !found || !bytes.Equal(document, e.Document) || len(ref.Files) != len(e.Files) {
		return fmt.Errorf("%w: it is another than was opened", ErrDamaged)
	}
	for i, f := range e.Files {
		if ref.Files[i] != (File{f.Entry, f.Size, hex.EncodeToString(f.SHA256[:])}) {
			return fmt.Errorf("%w: it has other files than were opened", ErrDamaged)
		}
	}
	return nil
}

// Unchecked is Envelope for whoever compares it with the records themselves: anybody
// who has the reviewers' public keys may have made it.
func (w *Workspace) Unchecked(id string) (*unseal.Envelope, *os.File, error) {
	file, err := w.Original(id)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	e, err := unseal.Open(file, info.Size(), w.ids...)
	if err != nil {
		file.Close()
		return nil, nil, fmt.Errorf("original of %s: %w", id, err)
	}
	return e, file, nil
}
