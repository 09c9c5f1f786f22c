package main

import (
	"fmt"
	"os"
	"runtime/debug"

	"amana/internal/rig"

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
	return rig.Probe(
		rig.Tried("reading the key again", read("Admin A.key"), unix.EACCES),
		rig.Tried("reading elsewhere", read("/etc/passwd"), unix.EACCES),
		rig.Tried("writing elsewhere", write("/tmp/amana-keys-escaped"), unix.EACCES),
		rig.Tried("writing beside the folder", write("escaped"), unix.EACCES),
		rig.Tried("writing in the folder", write("new/probe"), nil),
		rig.Tried("an inet socket", inet, unix.EPERM),
		rig.Tried("a local socket", local, unix.EPERM),
	)
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
