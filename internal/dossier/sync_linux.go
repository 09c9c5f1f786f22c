package dossier

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncTree flushes all that was written below path, in one call for the whole
// file system: ten thousand testimonies one by one would take minutes.
func syncTree(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return unix.Syncfs(int(d.Fd()))
}
