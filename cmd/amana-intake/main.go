// Command amana-intake takes testimony from sources and keeps it sealed; it
// also holds the operator's commands.
package main

import (
	"os"

	"amana/internal/cli"
	"amana/internal/operator"

	"github.com/alecthomas/kong"
)

type grammar struct {
	operator.State
	operator.Settings

	Init    operator.Init    `cmd:"" help:"Make the state of a new server."`
	Serve   operator.Serve   `cmd:"" help:"Answer sources."`
	Status  operator.Status  `cmd:"" help:"Say what is kept and how much room is left."`
	Export  operator.Export  `cmd:"" help:"Write a bundle, or the headers alone, for the reviewers; also while serving."`
	Import  operator.Import  `cmd:"" help:"Take in a roster, or what a reviewer signed; also while serving."`
	Doctor  operator.Doctor  `cmd:"" help:"Look for what could endanger a source, and say what to do; exits with 13 if something does."`
	Check   operator.Check   `cmd:"" help:"Prove that everything kept is as it was written; exits with 11 if not."`
	Backup  operator.Backup  `cmd:"" help:"Write all that a new server needs to go on as this one; also while serving."`
	Purge   operator.Purge   `cmd:"" help:"Erase what reviewers have signed for, once it has shown what that is; also while serving."`
	Restore operator.Restore `cmd:"" help:"Make the state of a new server from a backup."`
	Config  operator.Config  `cmd:"" help:"Look at the configuration."`
}

// AfterApply lets every command use the state.
func (g *grammar) AfterApply(ctx *kong.Context) error {
	ctx.Bind(g.State)
	return nil
}

func main() {
	os.Exit(cli.Main("amana-intake", "Takes testimony and keeps it sealed.", new(grammar), os.Args[1:], os.Stdout, os.Stderr))
}
