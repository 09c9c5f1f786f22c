package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"amana/internal/cli"
	"amana/internal/durable"
	"amana/internal/roster"
)

// editFlags are what every command that edits a roster needs.
type editFlags struct {
	File string `arg:"" type:"path" help:"The current signed roster (then give -o), or a draft that nobody has signed, which is edited itself."`
	Out  string `short:"o" type:"path" placeholder:"FILE" help:"The draft to make, of the roster that follows a signed one; it must not exist yet."`
	termFlags
}

type rosterAdd struct {
	editFlags
	Cards   []string `arg:"" name:"card" type:"path" help:"Cards of reviewers or administrators."`
	Replace bool     `help:"A card whose name stands in the roster already gives that person a new key."`
}

// Run adds people.
func (c *rosterAdd) Run(stdout io.Writer) error {
	if err := program.NoNetwork(); err != nil {
		return err
	}
	var files [][]byte
	for _, path := range c.Cards {
		data, err := readSmall("card", path)
		if err != nil {
			return err
		}
		files = append(files, data)
	}
	return c.edit(stdout, func(r *roster.Roster) error {
		for i, path := range c.Cards {
			card, err := parseCard(path, files[i])
			if err != nil {
				return err
			}
			if err := c.put(r, card); err != nil {
				return err
			}
		}
		return nil
	})
}

// put adds a person, or gives one a new key.
func (c *rosterAdd) put(r *roster.Roster, card *roster.Card) error {
	a := slices.IndexFunc(r.Administrators, func(a roster.Administrator) bool { return a.Name == card.Name })
	v := slices.IndexFunc(r.Reviewers, func(v roster.Reviewer) bool { return v.Name == card.Name })
	switch {
	case a < 0 && v < 0:
		if c.Replace {
			return cli.Refused(fmt.Errorf("nobody named %q stands in roster %d", card.Name, r.Epoch), "leave --replace out to add somebody new; a name is compared letter by letter")
		}
		add(r, card)
	case !c.Replace:
		return cli.Refused(fmt.Errorf("somebody named %q stands in roster %d already", card.Name, r.Epoch), "if this is a new key of the same person, give --replace; if it is another person, that one needs a card with another name")
	case a >= 0 && card.Recipient == nil:
		r.Administrators[a].Key = card.Key
	case v >= 0 && card.Recipient != nil:
		r.Reviewers[v].Key, r.Reviewers[v].Recipient = card.Key, card.Recipient
	default:
		return cli.Refused(fmt.Errorf("%q is not a reviewer and an administrator in one: the card is of the other kind", card.Name), "nothing was written")
	}
	return nil
}

type rosterRetire struct {
	editFlags
	Names []string `arg:"" name:"name" help:"Names, as they stand in the roster."`
}

// Run takes people out.
func (c *rosterRetire) Run(stdout io.Writer) error {
	if err := program.NoNetwork(); err != nil {
		return err
	}
	return c.edit(stdout, func(r *roster.Roster) error {
		for _, name := range c.Names {
			before := len(r.Administrators) + len(r.Reviewers)
			r.Administrators = slices.DeleteFunc(r.Administrators, func(a roster.Administrator) bool { return a.Name == name })
			r.Reviewers = slices.DeleteFunc(r.Reviewers, func(v roster.Reviewer) bool { return v.Name == name })
			if len(r.Administrators)+len(r.Reviewers) == before {
				return cli.Refused(fmt.Errorf("nobody named %q stands in roster %d", name, r.Epoch), "there are: "+strings.Join(names(r), ", "))
			}
		}
		return nil
	})
}

// names returns the name of everybody in a roster, in quotes.
func names(r *roster.Roster) (all []string) {
	for _, a := range r.Administrators {
		all = append(all, fmt.Sprintf("%q", a.Name))
	}
	for _, v := range r.Reviewers {
		all = append(all, fmt.Sprintf("%q", v.Name))
	}
	return all
}

type rosterExtend struct{ editFlags }

// Run sets the last day.
func (c *rosterExtend) Run(stdout io.Writer) error {
	if c.Until == "" {
		return &cli.Error{Err: errors.New("no last day was given"), Hint: "give it with --until, such as --until 2027-05-22", Code: cli.ExitUsage}
	}
	if err := program.NoNetwork(); err != nil {
		return err
	}
	return c.edit(stdout, func(*roster.Roster) error { return nil })
}

// edit changes a draft, or makes the draft of the roster that follows a signed
// one.
func (c *editFlags) edit(stdout io.Writer, change func(*roster.Roster) error) error {
	to := c.File
	if c.Out != "" {
		to = c.Out
		if err := free("draft", to); err != nil {
			return err
		}
	}
	data, err := readSmall("roster", c.File)
	if err != nil {
		return err
	}
	if err := confineFiles(filepath.Dir(to)); err != nil {
		return err
	}
	file, err := parseRoster(c.File, data)
	if err != nil {
		return err
	}
	previous, next, err := c.begin(file)
	if err != nil {
		return err
	}
	c.apply(next)
	if err := change(next); err != nil {
		return err
	}
	draft, err := c.check(previous, next)
	if err != nil {
		return err
	}
	if c.Out != "" {
		err = durable.WriteFile(to, draft.Bytes(), 0o644)
	} else {
		err = durable.Replace(to, draft.Bytes(), 0o644)
	}
	if err != nil {
		return existsHint(fmt.Errorf("write draft: %w", err))
	}
	return drafted(stdout, to, previous, draft)
}

// begin returns the roster to edit, and the one before it if that is what the
// file holds.
func (c *editFlags) begin(file *roster.Signed) (previous, next *roster.Roster, err error) {
	r := file.Roster
	r.Administrators, r.Reviewers = slices.Clone(r.Administrators), slices.Clone(r.Reviewers)
	if file.Signatures() == 0 {
		return nil, &r, nil
	}
	if c.Out == "" {
		return nil, nil, cli.Refused(fmt.Errorf("roster %d in %s is signed and cannot be edited: its signatures would be worth nothing", r.Epoch, c.File),
			"to make the roster that follows it, give -o and a new file; to change a draft that was signed already, begin again from the roster before it")
	}
	if r.Epoch == 1 {
		if err := roster.Follows(nil, file); err != nil {
			return nil, nil, cli.Refused(err, "the roster in the file must be signed before another one can follow it")
		}
	}
	r.Epoch++
	r.Previous = file.Sum()
	r.From = max(today(), file.From)
	return &file.Roster, &r, nil
}
