package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"amana/internal/durable"
)

// What can be wrong with what is to be added.
var (
	// ErrWrite is wrapped by errors of writing to the workspace: a full disk, say.
	ErrWrite = errors.New("cannot write to the workspace")
	// ErrOther is about an envelope that has the id of another that is there already.
	ErrOther = errors.New("another testimony of this id is in the workspace already")
)

// Batch adds envelopes. Their originals are written as they come, under names that
// begin with a dot; what makes them part of the workspace is Commit. Its methods may be
// called from several goroutines, but for Commit and Discard.
type Batch struct {
	w *Workspace

	mu      sync.Mutex
	writes  []Write
	files   []string // paths of originals that were written
	refs    []Ref
	sums    []string // SHA-256 of the documents
	words   int64    // bytes of the documents
	payload int64    // bytes of the originals
}

// Begin begins a batch. The caller must Commit or Discard it.
func (w *Workspace) Begin() *Batch { return &Batch{w: w} }

// Keep takes an original that was written whole into the batch, and ref and the
// document for the index; it sets ref.SHA256. What belongs to it in other records is
// for Commit. After an error nothing of the envelope stays.
func (b *Batch) Keep(o *Original, ref Ref, document []byte) error {
	defer o.Discard()
	if ref.ID != o.id || o.at != o.size || ref.Size != o.size {
		return fmt.Errorf("workspace: the original has %d bytes, not %d", o.at, ref.Size)
	}
	if had, found, err := b.w.Ref(ref.ID); err != nil {
		return err
	} else if found && had.Payload != ref.Payload {
		return ErrOther
	}
	if err := o.file.Close(); err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	ref.SHA256 = hex.EncodeToString(o.sum.Sum(nil))
	record, err := json.Marshal(ref)
	if err != nil {
		return err
	}
	o.file = nil // the batch's from here on
	sum := sha256.Sum256(document)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.files = append(b.files, o.id)
	b.writes = append(b.writes, Write{refs, ref.ID, record}, Write{documents, ref.ID, document}, Write{fresh, ref.ID, []byte(ref.Thread)})
	b.refs, b.sums = append(b.refs, ref), append(b.sums, hex.EncodeToString(sum[:]))
	b.words, b.payload = b.words+int64(len(document)), b.payload+ref.Size
	return nil
}

// Add writes an original from r, which yields ref.Size bytes, and takes ref and the
// document for the index; it sets ref.SHA256. verify, which may be nil, is called when
// all bytes were written. After an error nothing of the envelope stays.
func (b *Batch) Add(ctx context.Context, ref Ref, document []byte, r io.Reader, verify func() error) error {
	o, err := b.Original(ref.ID, ref.Size)
	if err != nil {
		return err
	}
	defer o.Discard()
	if _, err := io.CopyBuffer(struct{ io.Writer }{o}, ended{ctx, r}, make([]byte, 256<<10)); err != nil {
		return err
	}
	if verify != nil {
		if err := verify(); err != nil {
			return err
		}
	}
	return b.Keep(o, ref, document)
}

// ended stops reading when its context ends.
type ended struct {
	ctx context.Context
	r   io.Reader
}

func (e ended) Read(p []byte) (int, error) {
	if err := context.Cause(e.ctx); err != nil {
		return 0, err
	}
	return e.r.Read(p)
}

// Refs returns what was kept since the last commit, and the SHA-256 of the document of
// each, in hexadecimal digits.
func (b *Batch) Refs() (refs []Ref, documents []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.refs, b.sums
}

// With takes records that go with the batch, as those of Commit do.
func (b *Batch) With(writes ...Write) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writes = append(b.writes, writes...)
}

// Bounds of a batch: what is kept in memory, and what is lost when the program is
// killed.
const (
	mostEnvelopes = 512
	mostWords     = 16 << 20
	mostPayload   = 256 << 20
)

// Full tells whether a batch has so much in it that it should be committed.
func (b *Batch) Full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.writes) >= 4*mostEnvelopes || b.words >= mostWords || b.payload >= mostPayload
}

// Commit gives the originals their names, flushes them to stable storage, and then puts
// the batch, and the records that go with it, into the index in one transaction.
//
// A power cut before the transaction leaves originals that no record names: they count
// for nothing, and are replaced when they come again.
func (b *Batch) Commit(with ...Write) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range b.files {
		folder, err := b.w.folder(id)
		if err == nil {
			err = folder.Rename(partialName(id), id+originalEnd)
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrWrite, err)
		}
	}
	if len(b.files) > 0 {
		if err := durable.SyncTree(filepath.Join(b.w.path, originalsName)); err != nil {
			return fmt.Errorf("%w: %w", ErrWrite, err)
		}
	}
	if err := b.w.Put(append(b.writes, with...)...); err != nil {
		if errors.Is(err, ErrDamaged) {
			return err
		}
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	b.reset()
	return nil
}

func (b *Batch) reset() {
	b.writes, b.files, b.refs, b.sums, b.words, b.payload = nil, nil, nil, nil, 0, 0
}

// Discard removes the originals that were not committed.
func (b *Batch) Discard() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range b.files {
		b.w.remove(id)
	}
	b.reset()
}

// Tidy removes the originals that a program which was killed had only begun. None of
// them was ever part of the workspace.
func (w *Workspace) Tidy() error {
	names, err := list(w.root, originalsName)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrWrite, err)
	}
	for _, folder := range names {
		if !folder.IsDir() {
			continue
		}
		files, err := list(w.root, filepath.Join(originalsName, folder.Name()))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrWrite, err)
		}
		for _, f := range files {
			id, begun := strings.CutSuffix(f.Name(), partialEnd)
			if id = strings.TrimPrefix(id, "."); begun && idShape.MatchString(id) && f.Type().IsRegular() {
				if err := w.root.Remove(filepath.Join(originalsName, folder.Name(), f.Name())); err != nil {
					return fmt.Errorf("%w: %w", ErrWrite, err)
				}
			}
		}
	}
	return nil
}

// list returns what is in a folder.
func list(root *os.Root, name string) ([]os.DirEntry, error) {
	dir, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	return dir.ReadDir(-1)
}
