package carry

import (
	"io"

	"golang.org/x/sys/unix"
)

// forgetCache has the system forget what it keeps of a file in memory, so that
// the next read asks the medium. If it cannot, the read may be answered from
// memory.
func forgetCache(r io.ReaderAt) {
	if f, ok := r.(interface{ Fd() uintptr }); ok {
		unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	}
}
