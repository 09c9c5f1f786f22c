package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// probe is the whole program, and then what hostile code in it would try. It
// must run in a folder with "Admin A.key", which the program has just read, and
// with "new", which it was told to write to.
func probe() int {
	debug.SetGCPercent(-1) // the collector would close what the program forgot
	if code := run(); code != 0 {
		return code
	}
	read := func(path string) error { _, err := os.ReadFile(path); return err }
	write := func(path string) error { return os.WriteFile(path, nil, 0o600) }
	_, inet := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	_, local := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	code := 0
	for _, c := range []struct {
		what      string
		got, want error
	}{
		{"reading the key again", read("Admin A.key"), unix.EACCES},
		{"reading elsewhere", read("/etc/passwd"), unix.EACCES},
		{"writing elsewhere", write("/tmp/amana-keys-escaped"), unix.EACCES},
		{"writing beside the folder", write("escaped"), unix.EACCES},
		{"writing in the folder", write("new/probe"), nil},
		{"an inet socket", inet, unix.EPERM},
		{"a local socket", local, unix.EPERM},
	} {
		if !errors.Is(c.got, c.want) {
			fmt.Printf("probe: %s: got %v, want %v (Landlock, Linux 5.13, must be on to run this test)\n", c.what, c.got, c.want)
			code = 99
		}
	}
	for fd := range 256 {
		var s unix.Stat_t
		if unix.Fstat(fd, &s) == nil && s.Rdev == unix.Mkdev(5, 0) {
			fmt.Printf("probe: /dev/tty is still open as %d\n", fd)
			code = 99
		}
	}
	return code
}

// full is the whole program in a process whose confinements are used up: the
// kernel takes 16 of them, and the program's own is one more.
func full() int {
	for range 16 {
		if err := landlock.V1.RestrictPaths(landlock.RWDirs("/")); err != nil {
			fmt.Printf("probe: %v (Landlock, Linux 5.13, must be on to run this test)\n", err)
			return 99
		}
	}
	return run()
}
