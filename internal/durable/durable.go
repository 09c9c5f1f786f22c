// Package durable writes files that are whole or not there, and replaces files by
// others as whole.
//
// A file is written under a temporary name in its own folder, flushed to stable
// storage, renamed, and the folder flushed too. The package knows nothing of
// what it writes.
package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// File is a file on its way to its final name.
type File struct {
	*os.File
	path string
	done bool
}

// Create begins a file that will have the given path and mode. Until Commit it
// has a temporary name, which begins with a dot, in the same folder.
func Create(path string, mode fs.FileMode) (*File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".partial-*")
	if err != nil {
		return nil, fmt.Errorf("begin %s: %w", path, err)
	}
	if err := f.Chmod(mode); err != nil {
		f.Close()
		os.Remove(f.Name())
		return nil, fmt.Errorf("begin %s: %w", path, err)
	}
	return &File{File: f, path: path}, nil
}

// Commit flushes the file and gives it its final name. If something stands at
// that path already the error wraps [fs.ErrExist] and nothing is overwritten.
func (f *File) Commit() error {
	defer f.Discard()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("flush %s: %w", f.path, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("close %s: %w", f.path, err)
	}
	// A link fails where a rename would overwrite. Not every file system of a
	// stick knows links; there the check and the rename are two steps.
	err := os.Link(f.Name(), f.path)
	switch {
	case err == nil:
		os.Remove(f.Name())
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("name %s: %w", f.path, fs.ErrExist)
	default:
		if _, err := os.Lstat(f.path); err == nil {
			return fmt.Errorf("name %s: %w", f.path, fs.ErrExist)
		}
		if err := os.Rename(f.Name(), f.path); err != nil {
			return fmt.Errorf("name %s: %w", f.path, err)
		}
	}
	f.done = true
	return SyncDir(filepath.Dir(f.path))
}

// Discard removes the file if it was not committed.
func (f *File) Discard() {
	if !f.done {
		f.done = true
		f.Close()
		os.Remove(f.Name())
	}
}

// WriteFile writes a new file that is whole or not there. It never overwrites.
func WriteFile(path string, data []byte, mode fs.FileMode) error {
	f, err := Create(path, mode)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.Commit()
}

// Replace writes a file in the place of the one that is there, or of none. At
// every moment, whatever fails, the path holds the old content whole or the new.
// If it returns an error it may be either.
func Replace(path string, data []byte, mode fs.FileMode) error {
	f, err := Create(path, mode)
	if err != nil {
		return err
	}
	defer f.Discard()
	if _, err := f.Write(data); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("flush %s: %w", path, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("close %s: %w", path, err)
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return fmt.Errorf("name %s: %w", path, err)
	}
	f.done = true
	return SyncDir(filepath.Dir(path))
}

// SyncDir flushes a folder, so that the names in it survive a power cut. Windows
// has no such call: there it does nothing, and the file system's journal decides.
func SyncDir(path string) error {
	if err := syncDir(path); err != nil {
		return fmt.Errorf("flush folder %s: %w", path, err)
	}
	return nil
}
