package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/signal"
	"strings"
	"syscall"
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
	tty, err := openTerminal()
	if err != nil {
		return "", err
	}
	fmt.Fprint(tty, Plain(prompt))
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

// wipe clears a terminal and what can be scrolled back.
const wipe = "\x1b[H\x1b[2J\x1b[3J"

// Wipe clears the terminal of the program and what can be scrolled back, if it has
// one: something secret was typed or shown there.
func Wipe() {
	if tty, err := openTerminal(); err == nil {
		fmt.Fprint(tty, wipe)
		tty.Close()
	}
}

// Reveal clears the terminal of the program, shows a text that is not to stay
// there, as it is, and waits for Enter after the prompt. Whatever way that ends,
// the terminal is cleared again. Without a terminal it fails.
func Reveal(ctx context.Context, text, prompt string) error {
	tty, err := openTerminal()
	if err != nil {
		return err
	}
	defer tty.Close()
	defer fmt.Fprint(tty, wipe)
	// These end the program without a word if nobody asks for them.
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP, syscall.SIGQUIT)
	defer stop()
	if _, err := fmt.Fprint(tty, wipe, text); err != nil {
		return fmt.Errorf("show at the terminal: %w", err)
	}
	_, err = Line(ctx, prompt)
	return err
}

func openTerminal() (*terminal, error) {
	tty, err := openTTY()
	if err != nil {
		return nil, Hint(fmt.Errorf("there is no terminal to ask at: %w", err), "run the command in a terminal window")
	}
	return tty, nil
}

// maxPassphraseFile bounds what is read of a passphrase file, in bytes.
const maxPassphraseFile = 4 << 10

// PassphraseFile reads a passphrase from a regular file of one line, for scripts.
// The caller clears the result.
func PassphraseFile(path string) ([]byte, error) {
	f, _, err := OpenFile("passphrase file", path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, maxPassphraseFile+1) // it does not grow, and so leaves no copies
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		clear(data)
		return nil, fmt.Errorf("read the passphrase: %w", err)
	}
	line := bytes.TrimRight(data[:n], "\r\n")
	if n > maxPassphraseFile || bytes.ContainsAny(line, "\r\n") || len(line) == 0 {
		clear(data)
		return nil, errors.New("read the passphrase: the file must hold one line and nothing else")
	}
	return line, nil
}
