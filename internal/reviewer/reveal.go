package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	people "amana/internal/cases"
	"amana/internal/cli"
	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/editions"
	"amana/internal/tables"
)

// revealCommand decides, signed and with a reason, that one small number is printed.
type revealCommand struct {
	workFlags
	Table    string `arg:"" optional:"" help:"The table, by its code in docs/tables.md and in the CSV."`
	Row      string `arg:"" optional:"" help:"The row, by its code."`
	Column   string `arg:"" optional:"" help:"The column, by its code."`
	Reason   string `name:"reason" placeholder:"TEXT" help:"Why it is printed though it is small, in one line. It is printed beside the number, with your name."`
	Consent  string `name:"consent" placeholder:"TEXT" help:"Who was asked and agreed, in one line, without a name. It is kept, and not printed."`
	List     bool   `name:"list" help:"List the small numbers that are printed."`
	Withdraw bool   `name:"withdraw" help:"From now on it is not printed any more. What was handed on stays known."`
}

func (c *revealCommand) Run(ctx context.Context, stdout io.Writer) error {
	if err := c.check(); err != nil {
		return &cli.Error{Err: err, Code: cli.ExitUsage}
	}
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if c.List {
		return c.list(s, stdout)
	}
	log, err := signingLog(s)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s %s %s", c.Table, c.Row, c.Column)
	if c.Withdraw {
		return c.withdraw(s, log, name, stdout)
	}
	r := editions.Reveal{Table: c.Table, Row: c.Row, Column: c.Column, Reason: c.Reason, Consent: c.Consent,
		Name: s.key.Name, Key: s.key.VerifierKey(), Day: time.Now().UTC().Format(time.DateOnly)}
	if err := c.try(ctx, s, r, stdout); err != nil {
		return err
	}
	signer, err := s.key.Signer()
	if err != nil {
		return err
	}
	write, err := editions.Sign(r, signer)
	if err != nil {
		return err
	}
	event := custody.Event{Act: custody.Revealed, Purpose: c.Reason, Detail: name + "; agreed: " + orNobody(c.Consent)}
	if err := log.Put([]custody.Event{event}, write); err != nil {
		return workspaceError(err)
	}
	fmt.Fprintf(stdout, "signed by %s; it is printed from the next tables on, with the reason beside it\n", r.Name)
	return nil
}

func orNobody(s string) string {
	if s == "" {
		return "nobody was asked"
	}
	return s
}

func (c *revealCommand) check() error {
	for _, line := range []string{c.Reason, c.Consent} {
		if len([]rune(line)) > custody.MaxText/2 || strings.ContainsFunc(line, unicode.IsControl) {
			return fmt.Errorf("the reason, and who agreed, must be one line of at most %d characters", custody.MaxText/2)
		}
	}
	switch {
	case c.List && (c.Table != "" || c.Withdraw):
		return errors.New("--list stands alone")
	case !c.List && (c.Table == "" || c.Row == "" || c.Column == ""):
		return errors.New("name the table, the row and the column by their codes, or give --list")
	case !c.List && !c.Withdraw && strings.TrimSpace(c.Reason) == "":
		return errors.New("a small number is printed for a reason or not at all: give --reason")
	case !c.List && !tables.New().Has(c.Table, c.Row, c.Column):
		return errors.New("there is no such cell: the codes stand in the CSV of the tables")
	}
	return nil
}

// try shows the number, and refuses one whose printing would betray others.
func (c *revealCommand) try(ctx context.Context, s *session, r editions.Reveal, out io.Writer) error {
	cases, err := people.Load(s.Workspace)
	if err != nil {
		return workspaceError(err)
	}
	_, set, err := setOf(ctx, s.Workspace, cases, consent.Numbers)
	if err != nil {
		return workspaceError(err)
	}
	p, err := editions.Try(s.Workspace, set, r)
	if err != nil {
		return workspaceError(err)
	}
	for _, bad := range p.Refused {
		if bad.Table == r.Table && bad.Row == r.Row && bad.Column == r.Column {
			return &cli.Error{Err: errors.New("printing this number would betray other small ones"), Code: cli.ExitDanger,
				Hint: "tell it in words without a number, or wait until there are more cases"}
		}
	}
	for _, t := range p.Tables {
		if cell, ok := t.Cell(r.Row, r.Column); t.ID == r.Table && ok && cell.Shown() {
			fmt.Fprintf(out, "it counts %s\n", cli.Count(cell.Value, "case", "cases"))
		}
	}
	return nil
}

func (c *revealCommand) list(s *session, out io.Writer) error {
	all, err := editions.Reveals(s.Workspace)
	if err != nil {
		return workspaceError(err)
	}
	for _, r := range all {
		fmt.Fprintf(out, "%s %s %s, by %s on %s: %s\n", cli.Plain(r.Table), cli.Plain(r.Row), cli.Plain(r.Column), cli.Plain(r.Name), r.Day, cli.Plain(r.Reason))
	}
	fmt.Fprintf(out, "%s\n", cli.Count(len(all), "small number is printed", "small numbers are printed"))
	return nil
}

func (c *revealCommand) withdraw(s *session, log *custody.Log, name string, out io.Writer) error {
	all, err := editions.Reveals(s.Workspace)
	if err != nil {
		return workspaceError(err)
	}
	for _, r := range all {
		if r.Table != c.Table || r.Row != c.Row || r.Column != c.Column {
			continue
		}
		event := custody.Event{Act: custody.Revealed, Purpose: c.Reason, Detail: "withdrawn: " + name}
		if err := log.Put([]custody.Event{event}, editions.Withdraw(c.Table, c.Row, c.Column)); err != nil {
			return workspaceError(err)
		}
		fmt.Fprint(out, "it is not printed any more; what was handed on stays known\n")
		return nil
	}
	return errors.New("this number is not revealed")
}
