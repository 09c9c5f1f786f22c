package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"amana/internal/cli"
	"amana/internal/confine"
)

// confineNetwork refuses to go on where the kernel should obey but does not.
func confineNetwork() error {
	err := confine.NoNetwork()
	if err != nil && runtime.GOOS != "linux" && errors.Is(err, confine.ErrUnsupported) {
		say("this system cannot take the network away from a program; make sure that this machine has none")
		return nil
	}
	if err != nil {
		return cli.Hint(err, "no key was read or made; use a Linux kernel with seccomp (every usual one has it), and no container that forbids it")
	}
	return nil
}

// confineFiles lets the program write to the given folders only, and ask at its
// terminal, if the kernel can. What it needs to read was opened before.
func confineFiles(write ...string) error { return confinePaths(confine.Paths{Write: write}) }

func confinePaths(p confine.Paths) error {
	p.Terminal = true
	err := confine.Files(p)
	if errors.Is(err, confine.ErrUnsupported) {
		say("this system cannot limit which files a program may open; going on without")
		return nil
	}
	return err
}

// say tells the person something that is not an error.
func say(format string, args ...any) { tell("note", format, args...) }

// warn tells the person what should not be as it is.
func warn(format string, args ...any) { tell("warning", format, args...) }

func tell(kind, format string, args ...any) {
	fmt.Fprintf(os.Stderr, "amana-keys: %s: %s\n", kind, cli.Plain(fmt.Sprintf(format, args...)))
}

// refused is the error about a roster that is not made, signed or taken.
func refused(err error, hint string) error {
	return &cli.Error{Err: err, Hint: hint, Code: cli.ExitRefused}
}
