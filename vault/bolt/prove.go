package bolt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"go.etcd.io/bbolt"

	"amana/internal/durable"
	"amana/vault"
	"amana/vault/internal/boltfile"
)

// probeFile is there for a moment, see [Probe].
const probeFile = ".probe"

// Probe says whether the disk that dir is on takes something new, while a vault there
// may be open: it writes, flushes and removes a file of zeros. The error wraps
// [vault.ErrDisk].
func Probe(dir string) error {
	path := filepath.Join(dir, probeFile)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err == nil {
		_, err = f.Write(make([]byte, 4096))
		err = errors.Join(err, f.Sync(), f.Close(), os.Remove(path), durable.SyncDir(dir))
	}
	if err != nil {
		return fmt.Errorf("vault: %w: probe it: %w", vault.ErrDisk, err)
	}
	return nil
}

// Reopen is [Open] after a disk failed. When a flush fails, what the system holds of a
// file in memory may be something else than what is on the disk, and the flush after
// it says nothing of that. So the system is asked to let go of it first, and what is
// read is what the disk has; where it does not let go, that cannot be known.
func Reopen(dir string, options Options) (*Store, error) {
	for _, name := range []string{headersFile, payloadsFile} {
		if err := letGo(filepath.Join(dir, name)); err != nil {
			return nil, fmt.Errorf("vault: %w: open it again: %w", vault.ErrDisk, err)
		}
	}
	return Open(dir, options)
}

func letGo(path string) error {
	f, err := boltfile.Open(path, os.O_RDWR|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil { // what was not flushed stays in memory
		return err
	}
	durable.Uncache(f)
	return nil
}

// Prove writes to both files what is there already, and returns once that is on stable
// storage: so whoever opened a vault after a failure sees that it can keep something.
func (s *Store) Prove(ctx context.Context) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	for _, f := range []*file{s.payloads, s.headers} {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := f.update(func(tx *bbolt.Tx, _ *bbolt.Bucket) error {
			if err := upgrade(tx); err != nil {
				return err
			}
			return tx.Bucket(metaBucket).Put(versionKey, []byte(formatVersion))
		})
		if err != nil {
			return fmt.Errorf("vault: prove that it can be written to: %w", err)
		}
	}
	return nil
}
