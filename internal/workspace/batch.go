package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"amana/internal/durable"
)

// Batch adds envelopes. Their originals are written as they come; what makes them
// part of the workspace is Commit. What a batch that never came to that leaves behind
// is written over by the next.
type Batch struct {
	w      *Workspace
	writes []Write
	files  []string
}

// Begin begins a batch. The caller must Commit or Discard it.
func (w *Workspace) Begin() *Batch { return &Batch{w: w} }

// Add writes an original from r, which yields ref.Size bytes, and takes ref and the
// document for the index; it sets ref.SHA256. verify, which may be nil, is called when
// all bytes were written. After an error nothing of the envelope stays.
func (b *Batch) Add(ctx context.Context, ref Ref, document []byte, r io.Reader, verify func() error) error {
	if !idShape.MatchString(ref.ID) {
		return fmt.Errorf("workspace: %q is no id", ref.ID)
	}
	path := originalPath(ref.ID)
	sum, err := b.copy(ctx, path, r, ref.Size)
	if err == nil && verify != nil {
		err = verify()
	}
	if err != nil {
		return errors.Join(err, b.remove(path))
	}
	ref.SHA256 = sum
	record, err := json.Marshal(ref)
	if err != nil {
		return err
	}
	b.files = append(b.files, path)
	b.writes = append(b.writes, Write{refs, ref.ID, record}, Write{documents, ref.ID, document})
	return nil
}

// ErrWrite is wrapped by errors of writing to the workspace: a full disk, say.
var ErrWrite = errors.New("cannot write to the workspace")

func (b *Batch) copy(ctx context.Context, path string, r io.Reader, size int64) (string, error) {
	if err := b.w.root.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("%w: %w", ErrWrite, err)
	}
	file, err := b.w.root.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrWrite, err)
	}
	defer file.Close()
	sum := sha256.New()
	buf := make([]byte, 256<<10)
	var total int64
	for {
		if err := context.Cause(ctx); err != nil {
			return "", err
		}
		n, err := r.Read(buf)
		sum.Write(buf[:n])
		total += int64(n)
		if _, err := file.Write(buf[:n]); err != nil {
			return "", fmt.Errorf("%w: %w", ErrWrite, err)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
	}
	if total != size {
		return "", fmt.Errorf("the original has %d bytes, not %d", total, size)
	}
	if err := file.Close(); err != nil {
		return "", fmt.Errorf("%w: %w", ErrWrite, err)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func (b *Batch) remove(path string) error {
	if err := b.w.root.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	return nil
}

// Commit flushes the originals to stable storage, and then puts the batch, and the
// records that go with it, into the index in one transaction.
func (b *Batch) Commit(with ...Write) error {
	if len(b.files) > 0 {
		if err := durable.SyncTree(filepath.Join(b.w.path, originalsName)); err != nil {
			return fmt.Errorf("%w: %w", ErrWrite, err)
		}
	}
	if err := b.w.Put(append(b.writes, with...)...); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	*b = Batch{w: b.w}
	return nil
}

// Discard removes the originals that were not committed.
func (b *Batch) Discard() {
	for _, path := range b.files {
		b.w.root.Remove(path)
	}
	*b = Batch{w: b.w}
}
