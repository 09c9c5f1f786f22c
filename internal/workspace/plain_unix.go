//go:build unix

package workspace

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// plainly is with what flags a file is opened in a folder that others may have laid
// something into: it waits for no other end of a pipe.
const plainly = syscall.O_NONBLOCK

// lock takes the file's lock as bbolt does, for as long as the file is open.
func lock(f *os.File, exclusive bool) error {
	how := unix.LOCK_SH
	if exclusive {
		how = unix.LOCK_EX
	}
	for deadline := time.Now().Add(lockTimeout); ; time.Sleep(20 * time.Millisecond) {
		err := unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return err
		}
		if time.Now().After(deadline) {
			return ErrBusy
		}
	}
}

// readOnlyMedium tells whether an error is about a medium or a folder that cannot be
// written to.
func readOnlyMedium(err error) bool {
	return errors.Is(err, unix.EROFS) || errors.Is(err, unix.EACCES)
}
