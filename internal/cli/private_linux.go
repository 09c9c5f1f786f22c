package cli

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// keepPrivate switches core dumps off, which would put memory on a disk; keeps other
// programs of the same person from looking into this one's memory; and lets what is
// made be its owner's alone, unless it is said otherwise. A failure changes nothing.
func keepPrivate() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	syscall.Umask(0o077)
}
