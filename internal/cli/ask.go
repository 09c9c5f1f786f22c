package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Confirm asks a question at the terminal of the program and reports whether the
// answer is yes. Without a terminal it fails.
func Confirm(ctx context.Context, question string) (bool, error) {
	answer, err := Line(ctx, question+" Type yes to go on: ")
	return strings.EqualFold(answer, "yes") || answer == "نعم", err
}

// Line asks for one line at the terminal of the program, whatever its standard
// input is; what is typed is shown. Without a terminal it fails.
func Line(ctx context.Context, prompt string) (string, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return "", Hint(fmt.Errorf("there is no terminal to ask at: %w", err), "run the command in a terminal window")
	}
	fmt.Fprint(tty, prompt)
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		line, err := bufio.NewReader(tty).ReadString('\n')
		answers <- answer{line, err}
	}()
	select {
	case a := <-answers:
		tty.Close()
		if a.err != nil {
			return "", fmt.Errorf("read the answer: %w", a.err)
		}
		return strings.TrimSpace(a.line), nil
	case <-ctx.Done():
		fmt.Fprintln(tty) // not closed: the goroutine reads until the program ends
		return "", context.Cause(ctx)
	}
}

// maxPassphraseFile bounds what is read of a passphrase file, in bytes.
const maxPassphraseFile = 4 << 10

// PassphraseFile reads a passphrase from a file of one line, for scripts. The
// caller clears the result.
func PassphraseFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the passphrase: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPassphraseFile+1))
	if err != nil {
		return nil, fmt.Errorf("read the passphrase: %w", err)
	}
	line := bytes.TrimRight(data, "\r\n")
	if len(data) > maxPassphraseFile || bytes.ContainsAny(line, "\r\n") || len(line) == 0 {
		clear(data)
		return nil, errors.New("read the passphrase: the file must hold one line and nothing else")
	}
	return line, nil
}
