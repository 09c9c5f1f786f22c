package letterbox

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"amana/internal/durable"
	"amana/vault/internal/boltfile"

	"go.etcd.io/bbolt"
)

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
	if err := boltfile.Erase(path); err != nil {
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
		return errors.Join(err, boltfile.Erase(path)) // it holds letters that may be removed later
	}
	old := b.file
	if err = boltfile.Exchange(path, b.path); err != nil && boltfile.Stands(old.os, b.path) {
		return errors.Join(fmt.Errorf("rename %s: %w", path, err), fresh.close(), boltfile.Erase(path))
	}
	if err == nil {
		err = durable.SyncDir(filepath.Dir(b.path))
	}
	if err != nil {
		// It is open which of the two is seen after a power cut, so the old one stays
		// whole and neither is written to.
		b.broken = fmt.Errorf("%w: %w", ErrBroken, err)
		return errors.Join(b.broken, fresh.close())
	}
	b.using.Lock()
	b.file = fresh
	b.using.Unlock()
	return errors.Join(boltfile.Overwrite(old.os), old.close(), boltfile.Remove(path))
}
