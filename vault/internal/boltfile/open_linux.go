package boltfile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// Open is [os.OpenFile] for a file whose reading leaves no trace in its access time:
// that would tell when a source last looked for a testimony of theirs. Who does not own
// the file may not ask for it, and reads as usual.
func Open(path string, flag int, mode fs.FileMode) (*os.File, error) {
	f, err := os.OpenFile(path, flag|syscall.O_NOATIME, mode)
	if errors.Is(err, syscall.EPERM) {
		return os.OpenFile(path, flag, mode)
	}
	return f, err
}
