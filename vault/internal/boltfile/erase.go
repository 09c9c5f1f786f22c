package boltfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"amana/internal/durable"
)

// overwriteBytes is how much is overwritten at a time.
const overwriteBytes = 1 << 20

// Overwrite puts zeros in the place of a file's bytes and flushes them. Whether
// the old bytes are then gone is up to what lies below: a flash disk, a file
// system that copies on write and a snapshot keep them for a while. Holes are
// left alone, or a file that needs little room would take much.
func Overwrite(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("overwrite: %w", err)
	}
	buf, zeros := make([]byte, overwriteBytes), make([]byte, overwriteBytes)
	var failed error
	for off := NextData(f, 0); off < info.Size(); off = NextData(f, off+overwriteBytes) {
		part := buf[:min(overwriteBytes, info.Size()-off)]
		if n, err := f.ReadAt(part, off); n == len(part) && (err == nil || errors.Is(err, io.EOF)) && bytes.Equal(part, zeros[:n]) {
			continue
		}
		if _, err := f.WriteAt(zeros[:len(part)], off); err != nil && failed == nil {
			failed = err // the rest is overwritten all the same
		}
	}
	if err := errors.Join(failed, f.Sync()); err != nil {
		return fmt.Errorf("overwrite: %w", err)
	}
	return nil
}

// Erase overwrites and removes the file at path, if there is one.
func Erase(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = errors.Join(Overwrite(f), f.Close())
	}
	return errors.Join(err, Remove(path))
}

// Remove removes a name for good. That there is none is not an error.
func Remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return durable.SyncDir(filepath.Dir(path))
}
