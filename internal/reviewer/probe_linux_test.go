package reviewer

import (
	"os"
	"runtime/debug"

	"amana/internal/rig"

	"golang.org/x/sys/unix"
)

// probe is the whole program, and then what hostile code in it would try. It
// must run in a folder with b.tar and a.key, which the program has just read.
func probe() int {
	debug.SetGCPercent(-1) // the collector would close what the program forgot
	if code := Main(os.Args[1:], os.Stdout, os.Stderr); code != 0 {
		return code
	}
	read := func(path string) error { _, err := os.ReadFile(path); return err }
	write := func(path string) error { return os.WriteFile(path, nil, 0o600) }
	_, socket := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	return rig.Probe(
		rig.Tried("reading the key again", read("a.key"), unix.EACCES),
		rig.Tried("reading elsewhere", read("/etc/passwd"), unix.EACCES),
		rig.Tried("writing a file", write("escaped"), unix.EACCES),
		rig.Tried("writing into the bundle", write("b.tar"), unix.EACCES),
		rig.Tried("removing the bundle", os.Remove("b.tar"), unix.EACCES),
		rig.Tried("a socket", socket, unix.EPERM),
	)
}
