package dossier

import (
	"crypto/subtle"
	"errors"
	"io"
	"io/fs"
	"os"
)

// known returns nil if the folder has the mark, or is one that was only begun: there
// is nothing in it then.
func known(root *os.Root, token string) error {
	info, err := root.Lstat(viewMark)
	if errors.Is(err, fs.ErrNotExist) {
		return begun(root)
	}
	if err != nil || !info.Mode().IsRegular() {
		return ErrForeign
	}
	f, err := root.Open(viewMark)
	if err != nil {
		return ErrForeign
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 1000))
	if err != nil || token == "" {
		return ErrForeign
	}
	if subtle.ConstantTimeCompare(text, []byte(viewMarkText+token+"\n")) != 1 {
		if len(text) < len(viewMarkText+token) { // the run was killed in this very write
			return begun(root)
		}
		return ErrForeign
	}
	return nil
}

// begun returns nil if nothing but our marks is in the folder.
func begun(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(3)
	if err != nil && err != io.EOF {
		return err
	}
	marked := len(names) == 0
	for _, name := range names {
		switch name {
		case marker:
			marked = true
		case viewMark:
		default:
			return ErrForeign
		}
	}
	if !marked {
		return ErrForeign
	}
	return nil
}
