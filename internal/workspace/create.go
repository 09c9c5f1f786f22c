package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"amana/internal/durable"

	"filippo.io/age"
	"go.etcd.io/bbolt"
)

// Create makes a workspace at path, where nothing may stand but an empty folder (the
// error then wraps [fs.ErrExist]), sealed to the recipients of ids, and opens it.
func Create(path string, ids []*age.HybridIdentity) (*Workspace, error) {
	if err := create(path, ids); err != nil {
		return nil, fmt.Errorf("make workspace %s: %w", path, err)
	}
	return Open(path, ids)
}

func create(path string, ids []*age.HybridIdentity) error {
	if err := vacant(path); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(path, originalsName), 0o700); err != nil {
		return err
	}
	if err := os.Chmod(path, 0o700); err != nil {
		return err
	}
	key, sealed, err := sealNewKey(ids)
	if err != nil {
		return err
	}
	defer clear(key)
	if err := createIndex(path, key); err != nil {
		return err
	}
	// The key goes last: what has it is a workspace.
	if err := durable.WriteFile(filepath.Join(path, keyName), sealed, 0o600); err != nil {
		return err
	}
	return durable.SyncDir(filepath.Dir(path))
}

// vacant returns an error unless nothing stands at path but what a run that was killed
// while it made a workspace there may have left, which it removes.
func vacant(path string) error {
	entries, err := os.ReadDir(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch {
		case e.Name() == originalsName && e.IsDir(), e.Name() == indexName && e.Type().IsRegular():
		case strings.HasPrefix(e.Name(), "."+keyName+".partial-") && e.Type().IsRegular():
		default:
			return fs.ErrExist
		}
	}
	if originals, err := os.ReadDir(filepath.Join(path, originalsName)); err == nil && len(originals) > 0 {
		return fs.ErrExist // somebody's, whose key is gone
	}
	for _, e := range entries {
		if err := os.Remove(filepath.Join(path, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// createIndex makes the index, with the record by which it is known to belong to the
// key.
func createIndex(path string, key []byte) error {
	b, err := newBox(key)
	if err != nil {
		return err
	}
	defer b.clear()
	db, err := bbolt.Open(filepath.Join(path, indexName), 0o600, &bbolt.Options{
		Timeout: lockTimeout, FreelistType: bbolt.FreelistMapType,
		OpenFile: func(path string, flag int, mode os.FileMode) (*os.File, error) {
			return os.OpenFile(path, flag|os.O_EXCL, mode)
		},
	})
	if err != nil {
		return fmt.Errorf("make index: %w", err)
	}
	w := &Workspace{box: b, index: &index{db: db}}
	err = w.Put(Write{about, aboutKey, []byte(schema)})
	return errors.Join(err, db.Close())
}
