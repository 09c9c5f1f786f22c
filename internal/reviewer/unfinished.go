package reviewer

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"amana/internal/cli"
	"amana/internal/dossier"
	"amana/internal/workspace"
)

// beginFolder makes a folder in the open, of which the workspace knows until end is
// called, which removes what was not committed. Killed in between, close finds it.
func (s *session) beginFolder(path string) (folder *dossier.Folder, end func(), err error) {
	if path, err = filepath.Abs(path); err != nil {
		return nil, nil, fmt.Errorf("begin folder: %w", err)
	}
	if err := s.Put(workspace.Begun(path)); err != nil {
		return nil, nil, workspaceError(err)
	}
	forget := func() {
		if err := s.Put(workspace.Ended(path)); err != nil {
			program.Warn("the workspace could not be told that %s is done; amana-decrypt close does it: %v", path, err)
		}
	}
	if folder, err = createFolder(path); err != nil {
		forget()
		return nil, nil, err
	}
	return folder, func() { folder.Discard(); forget() }, nil
}

// clearUnfinished removes what was left of folders that were begun and not ended.
func (s *session) clearUnfinished(stdout io.Writer, paths []string) error {
	var failed error
	for _, path := range paths {
		folder, err := dossier.Create(path) // removes what an earlier run left, if it is ours
		switch {
		case err == nil:
			if folder.Leftover {
				fmt.Fprintf(stdout, "%s, which was left unfinished, is removed\n", cli.OneLine(folder.Partial()))
			}
			folder.Discard()
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrExist) && dossier.Free(path) != nil: // gone, or whole
		default:
			failed = joined(failed, err)
			continue
		}
		if err := s.Put(workspace.Ended(path)); err != nil {
			return workspaceError(err)
		}
	}
	return failed
}
