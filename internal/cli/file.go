package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// OpenFile opens a regular file, which what names in errors, and returns its size
// in bytes. It does not wait for the other end of a pipe that somebody laid there
// under a file's name.
func OpenFile(what, path string) (*os.File, int64, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, Hint(fmt.Errorf("open %s: %w", what, err), "is the stick mounted? A path with spaces needs quotes around it")
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, 0, Hint(fmt.Errorf("open %s: %w", what, err), "the user who runs this command must be able to read it, and to enter its folder")
	}
	if err != nil {
		return nil, 0, fmt.Errorf("open %s: %w", what, err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", path)
	}
	if err != nil {
		f.Close()
		return nil, 0, fmt.Errorf("open %s: %w", what, err)
	}
	return f, info.Size(), nil
}
