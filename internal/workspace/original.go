package workspace

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"

	"amana/internal/durable"
)

// Original is the age file of an envelope on its way into the workspace: what is
// written to it in order, byte for byte. It is used by one goroutine.
type Original struct {
	b       *Batch
	id      string
	size    int64
	at      int64
	flushed int64
	sum     hash.Hash
	file    *os.File
}

// Original begins the original of an envelope, which will have size bytes. The caller
// must give it to [Batch.Keep] of this batch or a later one, or Discard it.
func (b *Batch) Original(id string, size int64) (*Original, error) {
	if !idShape.MatchString(id) {
		return nil, fmt.Errorf("workspace: %q is no id", id)
	}
	if b.w.ReadOnly() {
		return nil, fmt.Errorf("%w: %w", ErrWrite, ErrReadOnly)
	}
	folder, err := b.w.folder(id)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWrite, err)
	}
	const flag = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	file, err := folder.OpenFile(partialName(id), flag, 0o600)
	if errors.Is(err, fs.ErrExist) { // of a run that was killed
		if err = folder.Remove(partialName(id)); err == nil {
			file, err = folder.OpenFile(partialName(id), flag, 0o600)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWrite, err)
	}
	return &Original{b: b, id: id, size: size, sum: sha256.New(), file: file}, nil
}

// flushStep is after how many bytes the system is asked to begin writing them, so that
// a commit finds little left to wait for.
const flushStep = 8 << 20

// Write writes the next bytes. Its errors wrap [ErrWrite].
func (o *Original) Write(p []byte) (int, error) {
	if int64(len(p)) > o.size-o.at {
		return 0, fmt.Errorf("%w: the original is longer than it should be", ErrWrite)
	}
	n, err := o.file.Write(p)
	o.sum.Write(p[:n])
	o.at += int64(n)
	if err != nil {
		return n, fmt.Errorf("%w: %w", ErrWrite, err)
	}
	if o.at-o.flushed >= flushStep {
		durable.BeginFlush(o.file, o.flushed, o.at-o.flushed)
		o.flushed = o.at
	}
	return n, nil
}

// Discard removes what was written, unless it was kept.
func (o *Original) Discard() {
	if o.file != nil {
		o.file.Close()
		o.file = nil
		o.b.w.remove(o.id)
	}
}

// How the name of an original ends, and of one that is being written.
const (
	originalEnd = ".age"
	partialEnd  = ".age.partial"
)

// partialName is the name of an original that is being written, in its folder.
func partialName(id string) string { return "." + id + partialEnd }

// folder returns the folder of an original, which it makes if it is not there. It stays
// open until the workspace is closed: there are 256 at most.
func (w *Workspace) folder(id string) (*os.Root, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	name := id[:2]
	if folder := w.folders[name]; folder != nil {
		return folder, nil
	}
	path := filepath.Join(originalsName, name)
	if err := w.root.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	folder, err := w.root.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	if w.folders == nil {
		w.folders = make(map[string]*os.Root)
	}
	w.folders[name] = folder
	return folder, nil
}

// remove removes an original that is being written.
func (w *Workspace) remove(id string) {
	if folder, err := w.folder(id); err == nil {
		folder.Remove(partialName(id))
	}
}
