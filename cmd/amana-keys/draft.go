package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"amana/internal/cli"
	"amana/internal/durable"
	"amana/internal/roster"
)

// termMonths is how long a first roster lasts if nothing else is said.
const termMonths = 6

// today is the day in UTC.
func today() string { return time.Now().UTC().Format(time.DateOnly) }

// termFlags are what every command that makes or edits a roster can set.
type termFlags struct {
	From       string `placeholder:"DAY" help:"First day, such as 2026-11-22, in UTC. Without it: today, or as a draft has it."`
	Until      string `placeholder:"DAY" help:"Last day, in UTC. Without it: of a first roster, half a year after its first; else as before."`
	Signatures int    `placeholder:"N" help:"How many administrators must sign the next roster. Without it: of a first roster two, or one if there is only one; else as before."`
	Anyway     bool   `help:"Go on in spite of the risks that were named."`
}

// apply sets what was given.
func (t *termFlags) apply(r *roster.Roster) {
	if t.From != "" {
		r.From = t.From
	}
	if t.Until != "" {
		r.Until = t.Until
	}
	if t.Signatures != 0 {
		r.Signatures = t.Signatures
	}
}

// check makes a draft of a roster, if it is as rosters must be and nothing in it
// is a risk. previous may be nil.
func (t *termFlags) check(previous, next *roster.Roster) (*roster.Signed, error) {
	draft, err := roster.Draft(next)
	if err != nil {
		switch {
		case next.Until < next.From:
			err = cli.Hint(err, "give a later last day with --until")
		case next.Signatures > len(next.Administrators) && len(next.Administrators) > 0:
			err = cli.Hint(err, "give a smaller number with --signatures")
		}
		return nil, cli.Refused(fmt.Errorf("roster %d: %w", next.Epoch, err), "nothing was written")
	}
	if err := checkRisks(previous, next, t.Anyway, "nothing was written"); err != nil {
		return nil, err
	}
	return draft, nil
}

// checkRisks says what should be known of a roster and names each risk, and
// refuses to go on with one unless it is wanted anyway. previous may be nil.
func checkRisks(previous, next *roster.Roster, anyway bool, hint string) error {
	risks := tellRisks(previous, next)
	if len(risks) == 0 || anyway {
		return nil
	}
	return cli.Refused(errors.New("there is a risk in this roster"), hint+"; if it is meant so, give --anyway")
}

// tellRisks does so, and returns the risks.
func tellRisks(previous, next *roster.Roster) []string {
	for _, n := range roster.Notes(previous, next, today()) {
		program.Say("%s", n)
	}
	risks := roster.Risks(previous, next, today())
	for _, r := range risks {
		program.Warn("%s", r)
	}
	return risks
}

// rosterNew begins the first roster.
type rosterNew struct {
	Admin    []string `required:"" sep:"none" type:"path" placeholder:"CARD" help:"The card of an administrator; give it once for each."`
	Reviewer []string `required:"" sep:"none" type:"path" placeholder:"CARD" help:"The card of a reviewer; give it once for each."`
	Out      string   `short:"o" required:"" type:"path" placeholder:"FILE" help:"The roster to make; it must not exist yet."`
	termFlags
}

// Run makes roster 1 from cards.
func (c *rosterNew) Run(stdout io.Writer) error {
	if err := program.NoNetwork(); err != nil {
		return err
	}
	if err := free("roster", c.Out); err != nil {
		return err
	}
	var files [][]byte
	paths := slices.Concat(c.Admin, c.Reviewer)
	for _, path := range paths {
		data, err := readSmall("card", path)
		if err != nil {
			return err
		}
		files = append(files, data)
	}
	if err := confineFiles(filepath.Dir(c.Out)); err != nil {
		return err
	}
	now := time.Now().UTC()
	next := &roster.Roster{Epoch: 1, From: today(), Until: now.AddDate(0, termMonths, 0).Format(time.DateOnly), Signatures: min(2, len(c.Admin))}
	if c.From != "" && c.Until == "" {
		if from, err := time.Parse(time.DateOnly, c.From); err == nil {
			next.Until = from.AddDate(0, termMonths, 0).Format(time.DateOnly)
		}
	}
	c.apply(next)
	for i, path := range paths {
		card, err := parseCard(path, files[i])
		if err != nil {
			return err
		}
		if administrator := card.Recipient == nil; administrator != (i < len(c.Admin)) {
			kind, flag := "a reviewer", "--reviewer"
			if administrator {
				kind, flag = "an administrator", "--admin"
			}
			return &cli.Error{Err: fmt.Errorf("%s is the card of %s", path, kind), Hint: "give it with " + flag, Code: cli.ExitUsage}
		}
		add(next, card)
	}
	draft, err := c.check(nil, next)
	if err != nil {
		return err
	}
	if err := durable.WriteFile(c.Out, draft.Bytes(), 0o644); err != nil {
		return existsHint(fmt.Errorf("write roster: %w", err))
	}
	return drafted(stdout, c.Out, nil, draft)
}

// add puts a person into a roster.
func add(r *roster.Roster, card *roster.Card) {
	if card.Recipient == nil {
		r.Administrators = append(r.Administrators, roster.Administrator{Name: card.Name, Key: card.Key})
	} else {
		r.Reviewers = append(r.Reviewers, roster.Reviewer{Name: card.Name, Recipient: card.Recipient, Key: card.Key})
	}
}

// drafted says what was written and what comes next. previous is nil when there
// is none to compare with.
func drafted(stdout io.Writer, path string, previous *roster.Roster, draft *roster.Signed) error {
	var out strings.Builder
	fmt.Fprintf(&out, "wrote %s: roster %d, not signed yet\n", cli.Plain(path), draft.Epoch)
	if previous != nil || draft.Epoch == 1 {
		writeDiff(&out, previous, &draft.Roster)
	}
	if _, err := io.WriteString(stdout, out.String()); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	before := ""
	if draft.Epoch > 1 {
		before = " --previous <the roster before>"
	}
	program.Say("compare the fingerprint of everybody who is new with that person, over a telephone; then sign: amana-keys roster sign %s -i <key>%s", path, before)
	return nil
}

// writeDiff writes the sentences about what a roster changes.
func writeDiff(out *strings.Builder, previous, next *roster.Roster) {
	if previous == nil {
		fmt.Fprintf(out, "\nRoster %d, the first one,\n", next.Epoch)
	} else {
		fmt.Fprintf(out, "\nAgainst roster %d, roster %d\n", previous.Epoch, next.Epoch)
	}
	for _, s := range roster.Diff(previous, next) {
		fmt.Fprintf(out, "- %s\n", cli.Plain(s))
	}
	out.WriteString("\n")
}
