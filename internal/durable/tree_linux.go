package durable

import (
	"os"

	"golang.org/x/sys/unix"
)

// SyncTree flushes all that was written below path, in one call for the whole
// file system: ten thousand testimonies one by one would take minutes.
func SyncTree(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	defer d.Close()
	return unix.Syncfs(int(d.Fd()))
}

// BeginFlush asks the kernel to begin writing a part of the file to the disk. It
// is only a hint: SyncTree is what counts, so an error is nothing.
func BeginFlush(f *os.File, at, n int64) {
	unix.SyncFileRange(int(f.Fd()), at, n, unix.SYNC_FILE_RANGE_WRITE)
}
