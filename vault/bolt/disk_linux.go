package bolt

import (
	"os"

	"golang.org/x/sys/unix"
)

// uncache lets go of what the system holds in memory of a file that is flushed, so
// that what is read next comes from the disk. It is only a wish.
func uncache(f *os.File) { unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) }
