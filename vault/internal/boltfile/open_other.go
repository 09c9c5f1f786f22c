//go:build !linux

package boltfile

import (
	"io/fs"
	"os"
)

// Open is [os.OpenFile]: this system cannot keep reading out of the access time.
func Open(path string, flag int, mode fs.FileMode) (*os.File, error) {
	return os.OpenFile(path, flag, mode)
}
