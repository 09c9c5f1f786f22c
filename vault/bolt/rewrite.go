package bolt

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"amana/internal/durable"
	"amana/vault/internal/boltfile"
)

// rewriteFile is the name of a new headers.db until it is whole, and from then on
// of the old one until that is overwritten.
const rewriteFile = ".headers.db.rewrite"

// Rewrite implements [vault.Store]. Records wait while the new file is written,
// uploads do not.
func (s *Store) Rewrite(ctx context.Context) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	if err := s.takeTurn(ctx); err != nil {
		return fmt.Errorf("vault: write the headers anew: %w", err)
	}
	defer s.giveTurn()
	return s.rewrite(ctx)
}

func (s *Store) rewrite(ctx context.Context) error {
	if !s.sound {
		return fmt.Errorf("vault: write the headers anew: %w: something was damaged when it was opened", ErrDamaged)
	}
	path := filepath.Join(s.disk.dir, rewriteFile)
	old, err := s.headers.replace(ctx, path, &s.disk)
	if err != nil {
		return fmt.Errorf("vault: write the headers anew: %w", asFull(err))
	}
	s.mu.Lock()
	s.counts.RewriteDue = false
	s.mu.Unlock()
	err = errors.Join(boltfile.Overwrite(old.os), old.close(), boltfile.Remove(path))
	if err != nil {
		return fmt.Errorf("vault: the headers are written anew, but those dropped may still be found on the disk: %w", asFull(err))
	}
	return nil
}

// replace copies the file to path, gives the copy the file's name and goes on
// with it. It returns the old file, still open, which then has the name path or
// none. After an error nothing has changed, except that a folder which cannot be
// flushed leaves it open which of the two is seen after a power cut: then nothing
// more is written to either.
func (f *file) replace(ctx context.Context, path string, d *disk) (old *file, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if cause := f.broken.Load(); cause != nil {
		return nil, *cause
	}
	if err := boltfile.Erase(path); err != nil {
		return nil, err
	}
	fresh, err := f.copy(ctx, path, d)
	if err != nil {
		return nil, errors.Join(err, boltfile.Erase(path)) // it holds headers that may be dropped later
	}
	if err = boltfile.Exchange(path, f.path); err != nil {
		if boltfile.Stands(f.os, f.path) {
			return nil, errors.Join(fmt.Errorf("rename %s: %w", path, err), fresh.close(), boltfile.Erase(path))
		}
	} else {
		err = durable.SyncDir(filepath.Dir(path))
	}
	if err != nil {
		f.breakDown(err)
		return nil, errors.Join(*f.broken.Load(), fresh.close())
	}
	f.opened.Lock()
	defer f.opened.Unlock()
	old = &file{path: path, os: f.os, db: f.db}
	f.os, f.db, f.undo, f.grown = fresh.os, fresh.db, fresh.undo, 0
	return old, nil
}

// finishRewrite removes what a rewrite that was cut off has left, and carries out
// one that is due. That it cannot is no reason not to receive testimonies.
func (s *Store) finishRewrite() error {
	// The names that are seen now must be those after a power cut too, or what is
	// written from now on is written to a file that is not seen then.
	if err := durable.SyncDir(s.disk.dir); err != nil {
		return err
	}
	if s.sound {
		if err := boltfile.Erase(filepath.Join(s.disk.dir, rewriteFile)); err != nil {
			s.logf("vault: what is left of a rewrite cannot be removed: %v", err)
		}
	}
	if s.counts.RewriteDue {
		if err := s.rewrite(context.Background()); err != nil {
			s.logf("%v", err)
		}
	}
	return nil
}
