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
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"amana/internal/durable"

	"filippo.io/age"
	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// What can be wrong with a workspace. Errors of this package wrap one of them, or are
// those of the disk.
var (
	ErrNotWorkspace = errors.New("not a workspace of amana-decrypt")
	ErrNotOurs      = errors.New("the workspace is not sealed to this key")
	ErrDamaged      = errors.New("the workspace is damaged")
	ErrBusy         = errors.New("another amana-decrypt works in it now")
	ErrVersion      = errors.New("the workspace was made by a newer version of Amana; use a newer amana-decrypt")
)

// The names in the folder.
const (
	keyName       = "workspace.age"
	indexName     = "index.db"
	originalsName = "originals"
)

// Workspace is an open workspace. Its methods may be called from several goroutines.
type Workspace struct {
	path string
	root *os.Root
	ids  []age.Identity
	box  *box
	db   *bbolt.DB
}

// Create makes a workspace at path, where nothing may stand but an empty folder (the
// error then wraps [fs.ErrExist]), sealed to the recipients of ids, and opens it.
func Create(path string, ids []*age.HybridIdentity) (*Workspace, error) {
	if err := create(path, ids); err != nil {
		return nil, fmt.Errorf("make workspace %s: %w", path, err)
	}
	return Open(path, ids)
}

func create(path string, ids []*age.HybridIdentity) error {
	if entries, err := os.ReadDir(path); err == nil && len(entries) > 0 {
		return fs.ErrExist
	}
	if err := os.MkdirAll(filepath.Join(path, originalsName), 0o700); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o700); err != nil {
		return err
	}
	sealed, err := sealNewKey(ids)
	if err != nil {
		return err
	}
	// The key goes last: what has it is a workspace.
	if err := durable.WriteFile(filepath.Join(path, keyName), sealed, 0o600); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(path))
}

// Open opens the workspace at path. The error wraps [ErrNotWorkspace], [ErrNotOurs],
// [ErrBusy], [ErrDamaged] or [ErrVersion], or is that of the disk. The caller must
// Close it.
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
	w.db, err = bbolt.Open(filepath.Join(w.path, indexName), 0o600, &bbolt.Options{
		Timeout: 500 * time.Millisecond, FreelistType: bbolt.FreelistMapType,
	})
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return ErrBusy
	case err != nil:
		return fmt.Errorf("%w: index: %w", ErrDamaged, err)
	}
	return nil
}

// Path returns the folder.
func (w *Workspace) Path() string { return w.path }

// Close gives the workspace back. It may be called more than once.
func (w *Workspace) Close() error {
	var err error
	if w.db != nil {
		err = w.db.Close()
	}
	if w.root != nil {
		w.root.Close()
	}
	if w.box != nil {
		w.box.clear()
	}
	return err
}
