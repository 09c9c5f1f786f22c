package operator

import (
	"os"

	"golang.org/x/sys/unix"
)

// uncache makes what is read of a file from now on come from the disk, if it can be.
func uncache(f *os.File) { unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) }
