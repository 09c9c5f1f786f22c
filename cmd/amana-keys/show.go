package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"amana/internal/cli"
	"amana/internal/roster"
	"amana/internal/wordlist"
)

type rosterShow struct {
	File string `arg:"" type:"path" help:"The roster."`
	languageFlag
}

// Run shows a roster.
func (c *rosterShow) Run(stdout io.Writer) error {
	all, err := readRosters(c.File)
	if err != nil {
		return err
	}
	r := all[0]
	var out strings.Builder
	fmt.Fprintf(&out, "Roster %d\n    %s\n\n", r.Epoch, c.fingerprint(r.Sum()))
	fmt.Fprintf(&out, "from %s until %s (%s)\n", r.From, r.Until, inForce(&r.Roster))
	fmt.Fprintf(&out, "the next one must be signed by %d of %d administrators\n\n", r.Roster.Signatures, len(r.Administrators))
	for _, a := range r.Administrators {
		fmt.Fprintf(&out, "administrator %s\n    %s\n", a.Name, c.fingerprint(a.Card().Sum()))
	}
	for _, v := range r.Reviewers {
		fmt.Fprintf(&out, "reviewer %s\n    %s\n", v.Name, c.fingerprint(v.Card().Sum()))
	}
	if n := r.Signatures(); n == 0 {
		out.WriteString("\nnot signed yet: a draft\n")
	} else {
		fmt.Fprintf(&out, "\nsignatures under it: %d (amana-keys roster verify says whether they are good)\n", n)
	}
	return show(stdout, out.String())
}

func show(stdout io.Writer, text string) error {
	if _, err := io.WriteString(stdout, cli.Plain(text)); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// inForce says how a roster stands to this day.
func inForce(r *roster.Roster) string {
	day := today()
	err := r.InForce(day)
	switch {
	case err == nil && r.DaysLeft(day) == 0:
		return "in force today, and ends today"
	case err == nil:
		return fmt.Sprintf("in force today; days left after today: %d", r.DaysLeft(day))
	case errors.Is(err, roster.ErrExpired):
		return "expired"
	}
	return "not in force yet"
}

// readRosters gives up the network, reads rosters, and gives up all files before
// it looks at them.
func readRosters(paths ...string) ([]*roster.Signed, error) {
	if err := program.NoNetwork(); err != nil {
		return nil, err
	}
	var files [][]byte
	for _, path := range paths {
		data, err := readSmall("roster", path)
		if err != nil {
			return nil, err
		}
		files = append(files, data)
	}
	if err := confineFiles(); err != nil {
		return nil, err
	}
	var all []*roster.Signed
	for i, path := range paths {
		s, err := parseRoster(path, files[i])
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

type rosterDiff struct {
	Old string `arg:"" type:"path" help:"The roster before."`
	New string `arg:"" type:"path" help:"The roster after it."`
}

// Run says what changes between two rosters.
func (c *rosterDiff) Run(stdout io.Writer) error {
	all, err := readRosters(c.Old, c.New)
	if err != nil {
		return err
	}
	var out strings.Builder
	writeDiff(&out, &all[0].Roster, &all[1].Roster)
	if err := show(stdout, out.String()); err != nil {
		return err
	}
	tellRisks(&all[0].Roster, &all[1].Roster)
	if err := roster.Follows(all[0], all[1]); err != nil {
		program.Warn("%v", err)
	}
	return nil
}

type rosterVerify struct {
	Files []string `arg:"" name:"file" type:"path" help:"All rosters from the first on, in any order."`
	Pin   string   `placeholder:"WORDS" help:"The fingerprint of roster 1 that you were given, eight words in quotes or 64 digits: rosters that do not begin with it are refused."`
	languageFlag
}

// Validate refuses a fingerprint that is not whole.
func (c *rosterVerify) Validate() error {
	if c.Pin != "" && !wordlist.Whole(c.Pin) {
		return errors.New("--pin is not a whole fingerprint: give all eight words, in quotes, as they were given to you; one may be misspelled")
	}
	return nil
}

// Run verifies a chain of rosters.
func (c *rosterVerify) Run(stdout io.Writer) error {
	all, err := readRosters(c.Files...)
	if err != nil {
		return err
	}
	chain, err := inOrder(all)
	if err != nil {
		return err
	}
	if err := roster.VerifyChain(chain); err != nil {
		return cli.Refused(err, "do not use these rosters; ask the administrators for the ones that are in force")
	}
	first, newest := chain[0], chain[len(chain)-1]
	if c.Pin != "" && !wordlist.Matches(c.Pin, first.Sum()) {
		return cli.Refused(fmt.Errorf("roster %d is known by %q; --pin says %q", first.Epoch, c.fingerprint(first.Sum()), c.Pin), "compare what was typed with the words of the first roster, as you have them; if it is the same, do not use these rosters: ask the administrators for the ones that are in force")
	}
	var out strings.Builder
	by := first
	for _, s := range chain {
		fmt.Fprintf(&out, "roster %d, from %s until %s, signed by %s\n    %s\n", s.Epoch, s.From, s.Until, signerNames(s.Signers(&by.Roster)), c.fingerprint(s.Sum()))
		by = s
	}
	fmt.Fprintf(&out, "each roster follows the one before it; roster %d is %s\n", newest.Epoch, inForce(&newest.Roster))
	if err := show(stdout, out.String()); err != nil {
		return err
	}
	if c.Pin == "" {
		program.Say("this shows that the rosters belong together, not whose they are: compare the fingerprint of roster 1 with the one that the administrators gave out, or give it with --pin")
	}
	if err := newest.InForce(today()); errors.Is(err, roster.ErrExpired) {
		return cli.Refused(err, "the intake is closed until the administrators sign the next roster")
	}
	warnOfEnd(&newest.Roster)
	return nil
}

// warnOfEnd says that a roster ends soon, louder each time.
func warnOfEnd(r *roster.Roster) {
	switch left := r.DaysLeft(today()); {
	case left == 0:
		program.Warn("roster %d ends TODAY. Then the intake closes, until there is a next one", r.Epoch)
	case left <= roster.VerySoon:
		program.Warn("roster %d ends on %s. When it has, the intake closes: make the next one now", r.Epoch, r.Until)
	case left <= roster.Soon:
		program.Say("roster %d ends on %s. When it has, the intake closes: prepare the next one", r.Epoch, r.Until)
	}
}

// inOrder sorts rosters and takes each once, with the most signatures.
func inOrder(all []*roster.Signed) ([]*roster.Signed, error) {
	slices.SortFunc(all, func(a, b *roster.Signed) int {
		return cmp.Or(cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(b.Signatures(), a.Signatures()))
	})
	var chain []*roster.Signed
	for _, s := range all {
		if n := len(chain); n > 0 && chain[n-1].Epoch == s.Epoch {
			if chain[n-1].Sum() != s.Sum() {
				return nil, cli.Refused(fmt.Errorf("there are two different rosters %d", s.Epoch), "ask the administrators which of them they signed, and what the other is")
			}
			continue
		}
		chain = append(chain, s)
	}
	return chain, nil
}
