package bolt

import (
	"os"

	"golang.org/x/sys/unix"
)

// readOnly says whether the file system of dir takes no writing.
func readOnly(dir string) bool {
	var st unix.Statfs_t
	return unix.Statfs(dir, &st) == nil && st.Flags&unix.ST_RDONLY != 0
}

// uncache lets go of what the system holds in memory of a file that is flushed, so
// that what is read next comes from the disk. It is only a wish.
func uncache(f *os.File) { unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) }
