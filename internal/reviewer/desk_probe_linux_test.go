//go:build tcell_minimal

package reviewer

import (
	"os"
	"path/filepath"
	"runtime/debug"

	"amana/internal/rig"

	"golang.org/x/sys/unix"
)

// deskProbe is the guided program, and then what hostile code in it would try. It runs in
// a folder with a.key, amana-workspace and sticks.
func deskProbe() int {
	debug.SetGCPercent(-1) // the collector would close what the program forgot
	if code := Main(os.Args[1:], os.Stdout, os.Stderr); code != 0 {
		return code
	}
	read := func(path string) error { _, err := os.ReadFile(path); return err }
	write := func(path string) error { return os.WriteFile(path, nil, 0o600) }
	_, socket := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	_, home := os.ReadDir(".")
	return rig.ProbeAtTerminal( // the library of the terminal keeps a descriptor to the end
		rig.Tried("reading the key again", read("a.key"), unix.EACCES),
		rig.Tried("reading elsewhere", read("/etc/passwd"), unix.EACCES),
		rig.Tried("looking around", home, unix.EACCES),
		rig.Tried("writing a file", write("escaped"), unix.EACCES),
		rig.Tried("writing to a stick", write(filepath.Join("sticks", "BLUE", "mine")), nil),
		rig.Tried("starting a program", unix.Exec("/bin/true", []string{"true"}, nil), unix.EPERM),
		rig.Tried("a socket", socket, unix.EPERM),
	)
}
