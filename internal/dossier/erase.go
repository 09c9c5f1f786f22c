package dossier

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"

	"amana/internal/durable"
)

// viewMark is the file by which a view is known as ours, whole or not. Behind its text
// stands a token that only the workspace it was made from knows besides.
const (
	viewMark     = ".amana-view"
	viewMarkText = "A decrypted view of amana-decrypt. Remove it with: amana-decrypt close\n"
)

// ErrForeign is about a folder that Erase does not know as ours. It is left alone.
var ErrForeign = errors.New("it is not marked as a view of this workspace")

// Mark marks the folder as a view, before anything else is in it.
func (f *Folder) Mark(token string) error {
	err := f.write(viewMark, func(w io.Writer) error {
		_, err := io.WriteString(w, viewMarkText+token+"\n")
		return err
	})
	if err != nil {
		return fmt.Errorf("mark view: %w", err)
	}
	return nil
}

// ours is what is in a view, below its folder and with slashes.
var ours = regexp.MustCompile(`^(index\.html|(probes/)?[0-9a-f]{32}/(testimony\.json|files/[0-9]{3,4}\.[a-z0-9]{1,8}))$`)

// eraser removes one view.
type eraser struct {
	root *os.Root
	left []string // what stays, below the folder
	fn   func(name string, info fs.FileInfo) error
}

// Erase overwrites and removes the view at path, and at the path it has until it is
// whole. What others have put into it stays, and is named, as does a file that has
// another name elsewhere. The error wraps [fs.ErrNotExist] if there is no view, and
// [ErrForeign] if there is something that has not the mark with the token.
//
// Whether what was overwritten is gone is up to what lies below: a flash disk and a
// file system that copies on write keep it for a while.
func Erase(path, token string) (left []string, err error) {
	found := false
	for _, at := range []string{path + partialEnd, path} {
		more, err := eraseOne(at, token)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return left, fmt.Errorf("remove view %s: %w", at, err)
		}
		found = true
		for _, name := range more {
			left = append(left, filepath.Join(at, name))
		}
	}
	if !found {
		return nil, fmt.Errorf("remove view %s: %w", path, fs.ErrNotExist)
	}
	return left, nil
}

func eraseOne(path, token string) ([]string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, ErrForeign
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	if now, err := root.Stat("."); err != nil || !os.SameFile(now, info) {
		return nil, ErrForeign
	}
	if err := known(root, token); err != nil {
		return nil, err
	}
	e := &eraser{root: root, fn: func(name string, info fs.FileInfo) error { return overwrite(root, name, info) }}
	if err := e.walk("."); err != nil {
		return nil, err
	}
	if err := durable.SyncTree(path); err != nil {
		return nil, err
	}
	e.left, e.fn = nil, func(name string, _ fs.FileInfo) error { return root.Remove(name) }
	if err := e.walk("."); err != nil || len(e.left) > 0 {
		return e.left, err // the mark stays, so that the next time goes on
	}
	for _, name := range []string{marker, viewMark} {
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if !movesOpen {
		root.Close()
	}
	if err := os.Remove(path); err != nil {
		return nil, err
	}
	return nil, durable.SyncDir(filepath.Dir(path))
}

// walk calls fn for every file of ours below a folder, and removes folders of ours that
// are empty. It follows no link.
func (e *eraser) walk(folder string) error {
	dir, err := e.root.Open(folder)
	if err != nil {
		return err
	}
	entries, err := dir.ReadDir(-1)
	dir.Close()
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := path.Join(folder, entry.Name())
		if name == marker || name == viewMark {
			continue
		}
		info, err := e.root.Lstat(name)
		if err != nil {
			return err
		}
		switch {
		case info.IsDir():
			if err := e.walk(name); err != nil {
				return err
			}
			e.root.Remove(name) // works only if it is empty
		case info.Mode().IsRegular() && ours.MatchString(name) && !shared(info):
			if err := e.fn(name, info); err != nil {
				return err
			}
		default:
			e.left = append(e.left, filepath.FromSlash(name))
		}
	}
	return nil
}

// overwrite puts zeros in the place of a file's bytes.
func overwrite(root *os.Root, name string, info fs.FileInfo) error {
	f, err := root.OpenFile(name, os.O_WRONLY|plainly, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if now, err := f.Stat(); err != nil || !os.SameFile(now, info) {
		return fmt.Errorf("%s changed while it was removed", name)
	}
	zeros := make([]byte, min(info.Size(), 256<<10))
	for left := info.Size(); left > 0; left -= int64(len(zeros)) {
		zeros = zeros[:min(left, int64(len(zeros)))]
		if _, err := f.Write(zeros); err != nil {
			return err
		}
	}
	return f.Close()
}
