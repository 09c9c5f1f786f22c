// Package workspace keeps what a reviewer has opened: one folder that grows with
// every bundle. docs/formats-workspace.md describes it.
//
//	WORKSPACE/workspace.age   the workspace's key, sealed to the reviewer
//	WORKSPACE/index.db        records, each sealed with that key (bbolt)
//	WORKSPACE/originals/4f/4f1c….age   the testimonies, as they were carried
//
// Nothing in it is plaintext: the originals are the age files that the server made,
// and whoever has the reviewer's key opens them without this program. The package
// writes only inside the folder, trusts nothing inside a testimony, and may not touch
// the network.
package workspace

import (
	"errors"
	"fmt"
	"os"
	"sync"

	"filippo.io/age"
)

// What can be wrong with a workspace. Errors of this package wrap one of them, or are
// those of the disk.
var (
	ErrNotWorkspace = errors.New("not a workspace of amana-decrypt")
	ErrNotOurs      = errors.New("the workspace is not sealed to this key")
	ErrDamaged      = errors.New("the workspace is damaged")
	ErrBusy         = errors.New("another amana-decrypt works in it now")
	ErrVersion      = errors.New("the workspace was made by a newer version of Amana; use a newer amana-decrypt")
	ErrReadOnly     = errors.New("the workspace is on a medium that cannot be written to")
)

// The names in the folder.
const (
	keyName       = "workspace.age"
	indexName     = "index.db"
	originalsName = "originals"
)

// Workspace is an open workspace. Its methods may be called from several goroutines.
type Workspace struct {
	path  string
	root  *os.Root
	ids   []age.Identity
	box   *box
	index *index

	mu      sync.Mutex
	folders map[string]*os.Root // of originals, that were written to
}

// The record by which an index is known to belong to a key.
const (
	about    = "about"
	aboutKey = "schema"
)

// Open opens the workspace at path. The error wraps [ErrNotWorkspace], [ErrNotOurs],
// [ErrBusy], [ErrDamaged] or [ErrVersion], or is that of the disk. The caller must
// Close it.
//
// On a medium that cannot be written to, or in a folder that may not be, it is opened
// for reading: [Workspace.ReadOnly].
func Open(path string, ids []*age.HybridIdentity) (*Workspace, error) {
	w := &Workspace{path: path}
	for _, id := range ids {
		w.ids = append(w.ids, id)
	}
	if err := w.open(); err != nil {
		w.Close()
		return nil, fmt.Errorf("open workspace %s: %w", path, err)
	}
	return w, nil
}

func (w *Workspace) open() (err error) {
	if w.root, err = os.OpenRoot(w.path); err != nil {
		return fmt.Errorf("%w: %w", ErrNotWorkspace, err)
	}
	if w.box, err = w.readKey(); err != nil {
		return err
	}
	if w.index, err = openIndex(w.root, openRegular); err != nil {
		return err
	}
	made, err := w.Shelf(about).Get(aboutKey)
	switch {
	case err != nil:
		return err
	case made == nil:
		return fmt.Errorf("%w: its index belongs to another workspace, or lost its records", ErrDamaged)
	case string(made) != schema:
		return ErrVersion
	}
	return nil
}

// Path returns the folder.
func (w *Workspace) Path() string { return w.path }

// ReadOnly tells whether nothing can be kept in the workspace, because its medium
// cannot be written to: what would keep something returns [ErrReadOnly].
func (w *Workspace) ReadOnly() bool { return w.index.readOnly }

// Close gives the workspace back. It may be called more than once.
func (w *Workspace) Close() error {
	var err error
	if w.index != nil {
		err = w.index.close()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, folder := range w.folders {
		folder.Close()
	}
	w.folders = nil
	if w.root != nil {
		w.root.Close()
	}
	if w.box != nil {
		w.box.clear()
	}
	return err
}
