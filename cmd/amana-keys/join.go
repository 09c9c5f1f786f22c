package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"amana/internal/cli"
	"amana/internal/keyfile"
	"amana/internal/shares"
)

// joinCommand makes a key again from its shares.
type joinCommand struct {
	Key    string   `short:"o" name:"out" required:"" placeholder:"FILE" type:"path" help:"The key file to make; it must not exist yet."`
	Shares []string `arg:"" optional:"" name:"share" type:"path" help:"Files with the shares. Without any, you are asked for the lines of each paper."`
	languageFlag
	passphraseFlag
}

// Run makes the key again.
func (c *joinCommand) Run(ctx context.Context, stdout io.Writer) error {
	if err := program.NoNetwork(); err != nil {
		return err
	}
	if err := free("key", c.Key); err != nil {
		return err
	}
	var files [][]byte
	for _, path := range c.Shares {
		data, err := readSmall("share", path)
		if err != nil {
			return err
		}
		files = append(files, data)
	}
	forget, err := c.load()
	if err != nil {
		return err
	}
	defer forget()
	if err := confineFiles(filepath.Dir(c.Key)); err != nil {
		return err
	}
	key, bad, err := c.join(ctx, files)
	if err != nil {
		return err
	}
	for _, n := range bad {
		program.Warn("share %d is not what was printed: it was changed. The key is good all the same, but do not rely on that share, nor on who kept it; split the key anew", n)
	}
	passphrase, err := c.choose(ctx, c.Language)
	if err != nil {
		return err
	}
	defer clear(passphrase)
	if err := key.Write(c.Key, passphrase); err != nil {
		return existsHint(err)
	}
	return c.done(key, stdout)
}

// done says whose key it is.
func (c *joinCommand) done(key *keyfile.Key, stdout io.Writer) error {
	card, err := key.Card()
	if err != nil {
		return err
	}
	kind := "reviewer"
	if key.Administrator() {
		kind = "administrator"
	}
	program.Say("the key is in %s. These words must be those that stand at %s in the roster", c.Key, card.Name)
	if _, err := fmt.Fprintf(stdout, "made the key of %s %s again\n    %s\n", kind, card.Name, c.fingerprint(card.Sum())); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

func (c *joinCommand) join(ctx context.Context, files [][]byte) (*keyfile.Key, []int, error) {
	if len(files) == 0 {
		return ask(ctx)
	}
	var given []*shares.Share
	for i, data := range files {
		s, err := shares.Parse(data)
		clear(data)
		if err != nil {
			return nil, nil, damaged(fmt.Errorf("%s: %w", c.Shares[i], err), "compare that line with the paper, letter by letter")
		}
		given = append(given, s)
	}
	key, bad, err := shares.Join(given)
	switch {
	case errors.Is(err, shares.ErrTooFew):
		return nil, nil, cli.Hint(err, "give the files of more shares")
	case errors.Is(err, shares.ErrForged):
		return nil, nil, damaged(err, "compare the shares with their papers; with one share more than is needed, the program names the one that was changed")
	}
	return key, bad, err
}

func damaged(err error, hint string) error {
	return &cli.Error{Err: err, Hint: hint, Code: cli.ExitDamaged}
}

// ask takes shares at the terminal until they make a key.
func ask(ctx context.Context) (*keyfile.Key, []int, error) {
	defer cli.Wipe() // what was typed is the key
	var given []*shares.Share
	why := "Type the lines of each paper, with or without their spaces, or scan its code.\n"
	for {
		s, err := askPart(ctx, why, len(given)+1)
		if err != nil {
			return nil, nil, err
		}
		if slices.ContainsFunc(given, func(p *shares.Share) bool { return p.Set == s.Set && p.Number == s.Number }) {
			why = fmt.Sprintf("Share %d is in already. Take another paper.\n", s.Number)
			continue
		}
		given = append(given, s)
		key, bad, err := shares.Join(given)
		switch {
		case errors.Is(err, shares.ErrTooFew):
			why = fmt.Sprintf("Share %d of %d is in. Still needed: %d.\n", s.Number, s.Of, s.Needed-len(given))
		case errors.Is(err, shares.ErrSets):
			given = given[:len(given)-1]
			why = fmt.Sprintf("That paper is of another key, or of another time that the key was split: it says set %x, and the first one says set %x. Take another paper.\n", s.Set, given[0].Set)
		case errors.Is(err, shares.ErrForged) && len(given) < s.Of:
			why = "These shares do not fit together: at least one is not what was printed. One more paper can show which.\n"
		case errors.Is(err, shares.ErrForged):
			return nil, nil, damaged(err, "these are all the shares there are; too many of them were changed")
		default:
			return key, bad, err
		}
	}
}

// askPart takes the lines of one paper. A line that is not as it was printed is
// asked for again.
func askPart(ctx context.Context, why string, nth int) (*shares.Share, error) {
	var typing shares.Typing
	for {
		of := ""
		if n := typing.Lines(); n > 0 {
			of = fmt.Sprintf(" of %d", n)
		}
		line, err := cli.Line(ctx, fmt.Sprintf("%sPaper %d, line %d%s: ", why, nth, typing.Next(), of))
		if err != nil {
			return nil, err
		}
		why = ""
		s, err := typing.Line(line)
		if s != nil {
			return s, nil
		}
		if errors.Is(err, shares.ErrVersion) {
			return nil, err
		}
		if err != nil {
			text := err.Error()
			why = strings.ToUpper(text[:1]) + text[1:] + ". Compare it with the paper and type it again.\n"
		}
	}
}
