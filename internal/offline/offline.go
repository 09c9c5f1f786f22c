// Package offline is what the programs for machines without a network do alike
// before they touch a key: give up the network and all files but a few, and speak
// to the person.
//
// It knows nothing of keys or testimonies, and its dependencies stay free of the
// net package.
package offline

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"

	"amana/internal/cli"
	"amana/internal/confine"
)

// Program is a program by its name.
type Program string

// Say tells the person something that is not an error.
func (p Program) Say(format string, args ...any) { p.tell("note", format, args...) }

// Warn tells the person what should not be as it is.
func (p Program) Warn(format string, args ...any) { p.tell("warning", format, args...) }

func (p Program) tell(kind, format string, args ...any) {
	said := cli.Plain(fmt.Sprintf(format, args...))
	if f := divert.Load(); f != nil {
		(*f)(said)
		return
	}
	fmt.Fprintf(os.Stderr, "%s: %s: %s\n", p, kind, said)
}

var divert atomic.Pointer[func(said string)]

// Divert has f take what the program says from now on, while a full screen stands where
// it would be printed; nil ends that. f may be called from any goroutine.
func Divert(f func(said string)) {
	if f == nil {
		divert.Store(nil)
		return
	}
	divert.Store(&f)
}

// NoNetwork gives up the network for good. Where the kernel should obey but does
// not, it returns an error: no key may be touched then.
func (p Program) NoNetwork() error {
	err := confine.NoNetwork()
	if err != nil && runtime.GOOS != "linux" && errors.Is(err, confine.ErrUnsupported) {
		p.Warn("this system cannot take the network away from a program; make sure that this machine has none")
		return nil
	}
	if err != nil {
		return cli.Hint(err, "no key was touched; use a Linux kernel with seccomp (every usual one has it), and no container that forbids it")
	}
	return nil
}

// Confine gives up all files but the given ones for good, if the kernel can.
// What is open stays open.
func (p Program) Confine(paths confine.Paths) error {
	err := confine.Files(paths)
	if errors.Is(err, confine.ErrUnsupported) {
		p.Say("this system cannot limit which files a program may open; going on without")
		return nil
	}
	return err
}
