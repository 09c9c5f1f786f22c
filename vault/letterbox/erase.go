package letterbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"amana/internal/durable"

	"go.etcd.io/bbolt"
)

// overwriteBytes is how much is overwritten at a time.
const overwriteBytes = 1 << 20

// rewriteName is the name of a new file until it is whole, and from then on of the old
// one until that is overwritten.
func (b *Box) rewriteName() string { return hiddenName(b.path, "rewrite") }

// Erase writes the file anew, if something was removed since it was written last,
// and overwrites the old one as far as the disk allows. Without that the removed
// letters could still be found in it. After an error no letter is lost, and the next
// Erase, or the next Open, does what is left to do.
func (b *Box) Erase(ctx context.Context) error {
	b.writing.Lock()
	defer b.writing.Unlock()
	if b.broken != nil {
		return b.broken
	}
	if b.file == nil { // only Close changes it without holding writing
		return ErrClosed
	}
	if err := b.erase(ctx); err != nil {
		return fmt.Errorf("letterbox: erase what was removed: %w", err)
	}
	return nil
}

func (b *Box) erase(ctx context.Context) error {
	path := b.rewriteName()
	if err := eraseFile(path); err != nil {
		return err
	}
	due := false
	err := b.file.view(func(meta, _ *bbolt.Bucket) error {
		due = meta.Get(dueKey) != nil
		return nil
	})
	if err != nil || !due {
		return err
	}
	fresh, err := b.file.copyTo(ctx, path)
	if err != nil {
		return errors.Join(err, eraseFile(path)) // it holds letters that may be removed later
	}
	old := b.file
	if err = exchange(path, b.path); err != nil && stands(old.os, b.path) {
		return errors.Join(fmt.Errorf("rename %s: %w", path, err), fresh.close(), eraseFile(path))
	}
	if err == nil {
		err = durable.SyncDir(filepath.Dir(b.path))
	}
	if err != nil {
		// It is open which of the two is seen after a power cut, so the old one stays
		// whole and neither is written to.
		b.broken = fmt.Errorf("letterbox: the disk failed and it must be opened anew: %w", err)
		return errors.Join(b.broken, fresh.close())
	}
	b.using.Lock()
	b.file = fresh
	b.using.Unlock()
	return errors.Join(overwrite(old.os), old.close(), remove(path))
}

// overwrite puts zeros in the place of a file's bytes and flushes them. Whether the old
// bytes are then gone is up to what lies below: a flash disk, a file system that copies
// on write and a snapshot keep them for a while. What is zero already, as holes are, is
// left alone.
func overwrite(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("overwrite: %w", err)
	}
	buf, zeros := make([]byte, overwriteBytes), make([]byte, overwriteBytes)
	var failed error
	for off := int64(0); off < info.Size(); off += overwriteBytes {
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

// eraseFile overwrites and removes the file at path, if there is one.
func eraseFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = errors.Join(overwrite(f), f.Close())
	}
	return errors.Join(err, remove(path))
}

// remove removes a name for good. That there is none is not an error.
func remove(path string) error {
	if err := os.Remove(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(path))
}
