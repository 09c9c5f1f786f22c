package boltfile

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// Exchange gives the file at path the name over. What had that name gets the
// other, so that it is found and erased even after a crash. Where the file system
// or a sandbox does not know that, it has no name afterwards.
func Exchange(path, over string) error {
	err := unix.Renameat2(unix.AT_FDCWD, path, unix.AT_FDCWD, over, unix.RENAME_EXCHANGE)
	for _, unknown := range []error{unix.EINVAL, unix.ENOSYS, unix.EOPNOTSUPP, unix.EPERM} {
		if errors.Is(err, unknown) {
			return os.Rename(path, over)
		}
	}
	return err
}

// NextData returns the first place from off on that is not in a hole of the file.
func NextData(f *os.File, off int64) int64 {
	next, err := f.Seek(off, unix.SEEK_DATA)
	if errors.Is(err, unix.ENXIO) {
		return math.MaxInt64 // there is none
	}
	if err != nil {
		return off
	}
	return next
}
