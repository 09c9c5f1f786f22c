package letterbox

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// exchange gives the file at path the name over. What had that name gets the
// other, so that it is found and erased even after a crash. Where the file system
// or a sandbox does not know that, it has no name afterwards.
func exchange(path, over string) error {
	err := unix.Renameat2(unix.AT_FDCWD, path, unix.AT_FDCWD, over, unix.RENAME_EXCHANGE)
	for _, unknown := range []error{unix.EINVAL, unix.ENOSYS, unix.EOPNOTSUPP, unix.EPERM} {
		if errors.Is(err, unknown) {
			return os.Rename(path, over)
		}
	}
	return err
}
