// Package cli is what the programs share towards a person at a terminal:
// parsing, errors with a hint, exit codes, passphrases and progress.
//
// It may not touch testimonies, keys or the network; its dependencies stay free
// of the net package, because the offline programs use it.
package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"amana/internal/version"

	"github.com/alecthomas/kong"
)

// Exit codes. A script may rely on them; docs/formats.md lists them.
const (
	ExitFailed  = 1   // something failed
	ExitUsage   = 2   // the command, or its configuration, was given wrongly
	ExitNotOurs = 10  // a testimony is not sealed to this identity
	ExitDamaged = 11  // something kept is damaged
	ExitPartial = 12  // the rest was done, but something damaged or unreadable was left out
	ExitDanger  = 13  // something endangers a source
	ExitRefused = 14  // a roster, slips or a confirmation was refused, or no roster is in force
	ExitStopped = 130 // the person stopped it, as a shell reports Ctrl-C
)

// Error is an error with advice for the person and an exit code for the script.
type Error struct {
	Err  error
	Hint string // what to do, one sentence without a full stop; may be empty
	Code int    // 0 means ExitFailed
}

// Error returns the text of the error without the hint.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the error inside.
func (e *Error) Unwrap() error { return e.Err }

// Hint returns err with advice on what to do.
func Hint(err error, format string, args ...any) error {
	return &Error{Err: err, Hint: fmt.Sprintf(format, args...)}
}

// Refused returns err about a roster, or what is made for one, that is not taken,
// with advice on what to do.
func Refused(err error, hint string) error {
	return &Error{Err: err, Hint: hint, Code: ExitRefused}
}

// Main parses the arguments into grammar (a pointer to a kong struct), runs the
// chosen command's Run(context.Context) method and returns the exit code. The
// context ends on SIGINT and SIGTERM. Errors go to stderr.
func Main(name, description string, grammar any, args []string, stdout, stderr io.Writer, options ...kong.Option) int {
	keepPrivate()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	exit := -1
	parser, err := kong.New(grammar, append(options,
		kong.Name(name), kong.Description(description), kong.UsageOnError(),
		kong.Embed(&about{}), kong.Vars{"version": version.Number},
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { exit = code }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.BindTo(stdout, (*io.Writer)(nil)))...)
	if err != nil {
		return report(stderr, name, err)
	}
	command, err := parser.Parse(args)
	if exit >= 0 { // --help was given
		return exit
	}
	if err != nil {
		hint := "see " + name + " --help"
		if hints, _ := Advice(err); len(hints) > 0 {
			hint = "" // there is better advice
		}
		return report(stderr, name, &Error{Err: err, Hint: hint, Code: ExitUsage})
	}
	err = command.Run()
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintf(stderr, "%s: stopped before it was done\n", name)
		return ExitStopped
	}
	return report(stderr, name, err)
}

// report writes an error the way a person can use it and returns its exit code.
func report(w io.Writer, name string, err error) int {
	fmt.Fprintf(w, "%s: error: %s\n", name, Plain(err.Error()))
	hints, code := Advice(err)
	for _, hint := range hints {
		fmt.Fprintf(w, "%s: hint: %s\n", name, Plain(hint))
	}
	return code
}

// Advice returns what an error tells the person to do, the outermost first, and
// its exit code.
func Advice(err error) (hints []string, code int) {
	code = ExitFailed
	walk(err, func(c *Error) {
		if c.Hint != "" {
			hints = append(hints, c.Hint)
		}
		if c.Code != 0 && code == ExitFailed {
			code = c.Code
		}
	})
	return hints, code
}

// walk visits every Error in err, from the outermost on. Errors may be joined:
// kong joins what a command returns with what comes after it.
func walk(err error, visit func(*Error)) {
	if c, ok := err.(*Error); ok {
		visit(c)
	}
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			walk(inner, visit)
		}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			walk(inner, visit)
		}
	}
}
