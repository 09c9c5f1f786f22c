package export

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"path/filepath"
)

// ErrWrite is wrapped by errors of writing an export: a full disk, say.
var ErrWrite = errors.New("cannot write the export")

// Folder is the folder that an export is written into.
type Folder struct {
	root    *os.Root
	entries []Entry
	made    map[string]bool // folders
}

// NewFolder returns a folder that writes below root, which must be empty and stays the
// caller's to close.
func NewFolder(root *os.Root) *Folder { return &Folder{root: root, made: make(map[string]bool)} }

// Entry is one file of an export.
type Entry struct {
	Name   string `json:"name"`   // "cases.jsonl", "files/T-4f1c…/1/001.jpg"
	Size   int64  `json:"size"`   // bytes
	SHA256 string `json:"sha256"` // in hexadecimal
}

// file is a file on its way: what is written is hashed and counted.
type file struct {
	*bufio.Writer
	folder *Folder
	out    *os.File
	sum    hash.Hash
	name   string
	n      int64
}

// create begins a file. name is of our own making, with slashes. The caller must close
// or abandon it.
func (f *Folder) create(name string) (*file, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, fmt.Errorf("export: %q is no name of a file in it", name)
	}
	if dir := path.Dir(name); dir != "." && !f.made[dir] {
		if err := f.root.MkdirAll(filepath.FromSlash(dir), 0o700); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrWrite, err)
		}
		f.made[dir] = true
	}
	out, err := f.root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWrite, err)
	}
	w := &file{folder: f, out: out, sum: sha256.New(), name: name}
	w.Writer = bufio.NewWriterSize(counting{w}, 64<<10)
	return w, nil
}

// counting is what stands behind a file's buffer. It has no other method of the file's:
// the buffer gives long texts to a WriteString that it finds, and would find its own.
type counting struct{ to *file }

func (c counting) Write(p []byte) (int, error) {
	n, err := c.to.out.Write(p)
	c.to.sum.Write(p[:n])
	c.to.n += int64(n)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrWrite, err)
	}
	return n, err
}

// close ends a file and takes it into the manifest.
func (w *file) close() error {
	if err := w.Flush(); err != nil {
		w.out.Close()
		return err
	}
	if err := w.out.Close(); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	w.folder.entries = append(w.folder.entries, Entry{w.name, w.n, hex.EncodeToString(w.sum.Sum(nil))})
	return nil
}

// write writes a file with what fill gives it.
func (f *Folder) write(name string, fill func(io.Writer) error) error {
	w, err := f.create(name)
	if err != nil {
		return err
	}
	if err := fill(w); err != nil {
		w.out.Close()
		return err
	}
	return w.close()
}
