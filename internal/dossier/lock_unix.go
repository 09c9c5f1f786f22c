//go:build unix

package dossier

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock takes the file's lock, which the kernel gives back when the program
// ends in whatever way.
func lock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrBusy
	}
	return err
}

// movesOpen is whether a folder in which files are open can be renamed and removed.
const movesOpen = true
