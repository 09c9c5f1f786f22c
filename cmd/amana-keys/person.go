package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"amana/internal/cli"
	"amana/internal/durable"
	"amana/internal/keyfile"
	"amana/internal/roster"
)

// newFlags are what making a key needs, of either kind.
type newFlags struct {
	Name string `required:"" placeholder:"NAME" help:"The name on the card and in rosters. Rosters are public: give a name that says nothing to a stranger, such as \"Reviewer A\"."`
	Key  string `short:"o" name:"out" required:"" placeholder:"FILE" type:"path" help:"The key file to make; it must not exist yet."`
	cardFlags
	passphraseFlag
}

// cardFlags are where a card goes.
type cardFlags struct {
	Card string `placeholder:"FILE" type:"path" help:"Write the card to this new file in place of printing it."`
	languageFlag
}

type reviewerNew struct{ newFlags }

// Run makes a reviewer's key.
func (c *reviewerNew) Run(ctx context.Context, stdout io.Writer) error {
	return c.run(ctx, stdout, keyfile.NewReviewer)
}

type adminNew struct{ newFlags }

// Run makes an administrator's key.
func (c *adminNew) Run(ctx context.Context, stdout io.Writer) error {
	return c.run(ctx, stdout, keyfile.NewAdministrator)
}

// run gives up the network and all other folders before it makes the key.
func (c *newFlags) run(ctx context.Context, stdout io.Writer, make func(name string) (*keyfile.Key, error)) error {
	if err := keyfile.CheckName(c.Name); err != nil {
		return &cli.Error{Err: err, Hint: `give another one with --name, such as "Reviewer A"`, Code: cli.ExitUsage}
	}
	if err := program.NoNetwork(); err != nil {
		return err
	}
	if err := free("key", c.Key); err != nil {
		return err
	}
	write, err := c.folders(c.Key)
	if err != nil {
		return err
	}
	forget, err := c.load()
	if err != nil {
		return err
	}
	defer forget()
	if err := confineFiles(write...); err != nil {
		return err
	}
	passphrase, err := c.choose(ctx, c.Language)
	if err != nil {
		return err
	}
	defer clear(passphrase)
	key, err := make(c.Name)
	if err != nil {
		return err
	}
	if err := key.Write(c.Key, passphrase); err != nil {
		return existsHint(err)
	}
	program.Say("the key is in %s. Split it (amana-keys split) before it is used, so that a lost laptop loses nothing", c.Key)
	card, err := key.Card()
	if err != nil {
		return err
	}
	return c.put(card, stdout)
}

// folders returns the folders that are written to: that of the given file and
// that of the card.
func (c *cardFlags) folders(files ...string) ([]string, error) {
	if c.Card != "" {
		if err := free("card", c.Card); err != nil {
			return nil, err
		}
		for _, f := range files {
			if f == c.Card {
				return nil, &cli.Error{Err: errors.New("the card and the key cannot be one file"), Code: cli.ExitUsage}
			}
		}
		files = append(files, c.Card)
	}
	var folders []string
	for _, f := range files {
		folders = append(folders, filepath.Dir(f))
	}
	return folders, nil
}

// put writes the card, and says what to do with it.
func (c *cardFlags) put(card roster.Card, stdout io.Writer) error {
	if c.Card != "" {
		if err := durable.WriteFile(c.Card, card.Text(), 0o644); err != nil {
			return existsHint(fmt.Errorf("write card: %w", err))
		}
	} else if _, err := stdout.Write(card.Text()); err != nil {
		return fmt.Errorf("print card: %w", err)
	}
	program.Say("the card is public. Send it to an administrator, then read these words to each other over a telephone, and let nobody use the card if one differs:")
	fmt.Fprintf(os.Stderr, "\n    %s\n\n", c.fingerprint(card.Sum()))
	return nil
}

// printFlags are what printing a card again needs.
type printFlags struct {
	Key string `short:"i" name:"key" required:"" placeholder:"FILE" type:"path" help:"The key file."`
	cardFlags
	passphraseFlag
}

type reviewerCard struct{ printFlags }

// Run prints a reviewer's card.
func (c *reviewerCard) Run(ctx context.Context, stdout io.Writer) error {
	return c.run(ctx, stdout, false)
}

type adminCard struct{ printFlags }

// Run prints an administrator's card.
func (c *adminCard) Run(ctx context.Context, stdout io.Writer) error {
	return c.run(ctx, stdout, true)
}

func (c *printFlags) run(ctx context.Context, stdout io.Writer, administrator bool) error {
	if err := program.NoNetwork(); err != nil {
		return err
	}
	f, _, err := cli.OpenFile("key", c.Key)
	if err != nil {
		return err
	}
	defer f.Close()
	write, err := c.folders()
	if err != nil {
		return err
	}
	forget, err := c.load()
	if err != nil {
		return err
	}
	defer forget()
	if err := confineFiles(write...); err != nil {
		return err
	}
	key, err := c.read(ctx, f)
	if err != nil {
		return err
	}
	card, err := key.Card()
	switch {
	case err != nil:
		return noSigningKey(err)
	case key.Administrator() && !administrator:
		return cli.Hint(errors.New("this is the key of an administrator"), "use amana-keys admin card")
	case !key.Administrator() && administrator:
		return cli.Hint(errors.New("this is the key of a reviewer"), "use amana-keys reviewer card")
	}
	return c.put(card, stdout)
}

// noSigningKey adds advice to an error about a key of age-keygen.
func noSigningKey(err error) error {
	if errors.Is(err, keyfile.ErrNoSigningKey) {
		return cli.Hint(err, "make a new key with amana-keys reviewer new, and keep the old one until its testimonies are handed on")
	}
	return err
}
