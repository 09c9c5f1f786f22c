package durable

import "golang.org/x/sys/unix"

// Uncache asks the system to let go of what it holds in memory of a file that is
// flushed, so that what is read next comes from the disk. It is only a wish.
func Uncache(f interface{ Fd() uintptr }) { unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) }
