// Package confine takes rights away from the program that calls it: the right
// to speak to a network and to start programs, what a server never needs, and the
// right to write outside of a few folders. What is taken away does not come back.
//
// On Linux it is the kernel that refuses (seccomp and Landlock). Elsewhere
// nothing is confined, and the functions say so with [ErrUnsupported]. It knows
// nothing of testimonies or keys.
package confine

import "errors"

// ErrUnsupported is wrapped by errors about a confinement that this system does
// not have.
var ErrUnsupported = errors.New("this system cannot confine programs")

// Paths says what may still be opened after [Files]. Paths must exist. What is
// open already stays open.
type Paths struct {
	Read    []string // files, and folders with all that is below them
	Write   []string // folders: reading, writing, making and removing, also below
	Folders []string // folders in which folders may be made, renamed and removed, but no file written
	Sockets []string // folders in which sockets may be made, and files of any kind removed
	// Terminal is whether the program may still open its own terminal, to ask.
	Terminal bool
}
