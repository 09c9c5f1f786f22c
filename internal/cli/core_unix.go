//go:build unix

package cli

import "syscall"

// noCore switches core dumps off: they would put memory on a disk. A failure
// changes nothing.
func noCore() { _ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) }
