// Command amana-keys makes the keys of reviewers and administrators, and the
// rosters that administrators sign, on a machine without a network. It never
// speaks to one: before it makes or reads a key it gives up the right to.
package main

import (
	"os"

	"amana/internal/cli"
)

// grammar is the command line.
type grammar struct {
	Reviewer struct {
		New  reviewerNew  `cmd:"" help:"Make a reviewer's key and print its card."`
		Card reviewerCard `cmd:"" help:"Print the card of a key again."`
	} `cmd:"" help:"The key of a reviewer, who opens testimonies."`
	Admin struct {
		New  adminNew  `cmd:"" help:"Make an administrator's key and print its card."`
		Card adminCard `cmd:"" help:"Print the card of a key again."`
	} `cmd:"" help:"The key of an administrator, who signs rosters."`
	Roster struct {
		New    rosterNew    `cmd:"" help:"Begin the first roster from cards."`
		Add    rosterAdd    `cmd:"" help:"Add people to a roster, by their cards."`
		Retire rosterRetire `cmd:"" help:"Take people out of a roster, by their names."`
		Extend rosterExtend `cmd:"" help:"Let a roster last longer."`
		Sign   rosterSign   `cmd:"" help:"Show what a roster changes, and sign it."`
		Show   rosterShow   `cmd:"" help:"Show a roster with the fingerprints of everybody in it."`
		Diff   rosterDiff   `cmd:"" help:"Say what one roster changes against another."`
		Verify rosterVerify `cmd:"" help:"Check that rosters are signed, one after the other from the first on."`
	} `cmd:"" help:"The signed list of reviewers and administrators."`
	Split splitCommand `cmd:"" help:"Split a key into shares to print, so that a lost laptop loses nothing."`
	Join  joinCommand  `cmd:"" help:"Make a key again from its printed shares."`
}

func main() { os.Exit(run()) }

func run() int {
	return cli.Main("amana-keys", "Makes keys, and rosters of the people who hold them, on a machine without a network.",
		new(grammar), os.Args[1:], os.Stdout, os.Stderr)
}
