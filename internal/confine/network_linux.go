package confine

import (
	"fmt"
	"slices"

	"golang.org/x/sys/unix"
)

// NoNetwork takes from every thread of the program, now and later, the right to
// make a socket and to start another program: those calls fail with EPERM. It
// tries afterwards whether the kernel really refuses. It needs Linux 3.17 and
// no privilege. It cannot be undone.
func NoNetwork() error {
	if err := noNetwork(); err != nil {
		return fmt.Errorf("give up the network: %w", err)
	}
	return nil
}

func noNetwork() error {
	if err := refuse(slices.Concat(sockets, usingSockets, invading, starting)); err != nil {
		return err
	}
	return refused("a socket", func() error {
		return opened(unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0))
	})
}
