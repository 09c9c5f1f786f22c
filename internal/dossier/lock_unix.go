//go:build unix

package dossier

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

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

// plainly is with what flags a file is opened that others may have laid there: it waits
// for no other end of a pipe.
const plainly = unix.O_NONBLOCK | unix.O_NOFOLLOW

// shared tells whether a file has another name besides.
func shared(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Nlink > 1
}
