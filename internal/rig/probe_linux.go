package rig

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Try is something that hostile code in a confined program would try, and how it
// must end.
type Try struct {
	what      string
	got, want error
}

// Tried returns what was tried, the error that came of it, and the one that must.
func Tried(what string, got, want error) Try { return Try{what, got, want} }

// Probe prints what did not end as it must, and whether the terminal is still
// open, and returns the exit code: 0, or 99.
func Probe(tries ...Try) (code int) {
	code = ProbeAtTerminal(tries...)
	for fd := range 256 {
		var s unix.Stat_t
		if unix.Fstat(fd, &s) == nil && s.Rdev == unix.Mkdev(5, 0) {
			fmt.Printf("probe: /dev/tty is still open as %d\n", fd)
			code = 99
		}
	}
	return code
}

// ProbeAtTerminal is Probe for a program that keeps its terminal open.
func ProbeAtTerminal(tries ...Try) (code int) {
	for _, c := range tries {
		if !errors.Is(c.got, c.want) {
			fmt.Printf("probe: %s: got %v, want %v (Landlock, Linux 5.13, must be on to run this test)\n", c.what, c.got, c.want)
			code = 99
		}
	}
	return code
}
