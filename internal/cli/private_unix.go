//go:build unix && !linux

package cli

import "syscall"

// keepPrivate switches core dumps off, which would put memory on a disk, and lets
// what is made be its owner's alone, unless it is said otherwise. A failure changes
// nothing.
func keepPrivate() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	syscall.Umask(0o077)
}
