//go:build !tcell_minimal

package reviewer

import (
	"context"
	"errors"

	"amana/internal/cli"
)

// deskCommand says why there are no guided screens: without the tag the terminal's library
// could start a program, so it is left out.
type deskCommand struct{}

// Run refuses.
func (c *deskCommand) Run(context.Context) error {
	return cli.Hint(errors.New("this program was built without the guided screens"), "build it with make build, or use the commands: amana-decrypt --help")
}

// args are the arguments of the command line.
func args(given []string) []string { return given }
