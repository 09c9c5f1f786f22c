package cli

import (
	"context"
	"fmt"

	"golang.org/x/term"
)

// Passphrase asks for a passphrase at the terminal of the program, whatever its
// standard input is, and does not show what is typed. The caller clears the
// result. When ctx ends, the terminal is as it was before.
func Passphrase(ctx context.Context, prompt string) ([]byte, error) {
	tty, err := openTTY()
	if err != nil {
		return nil, Hint(fmt.Errorf("there is no terminal to ask for the passphrase at: %w", err),
			"run the command in a terminal window; the passphrase is never read from a pipe")
	}
	fd := int(tty.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		tty.Close()
		return nil, fmt.Errorf("ask for the passphrase: %w", err)
	}
	fmt.Fprintf(tty, "%s: ", Plain(prompt))
	type answer struct {
		secret []byte
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		secret, err := term.ReadPassword(fd)
		answers <- answer{secret, err}
	}()
	select {
	case a := <-answers:
		fmt.Fprintln(tty)
		tty.Close()
		if a.err != nil {
			return nil, fmt.Errorf("read the passphrase: %w", a.err)
		}
		return a.secret, nil
	case <-ctx.Done():
		term.Restore(fd, before)
		fmt.Fprintln(tty) // not closed: the goroutine reads until the program ends
		return nil, context.Cause(ctx)
	}
}
