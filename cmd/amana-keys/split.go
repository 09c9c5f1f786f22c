package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/durable"
	"amana/internal/shares"
)

// splitCommand makes printed shares of a key.
type splitCommand struct {
	Key    string `short:"i" name:"key" required:"" placeholder:"FILE" type:"path" help:"The key of a reviewer or administrator."`
	Needed int    `short:"k" required:"" placeholder:"K" help:"How many shares make the key again."`
	Of     int    `short:"n" required:"" placeholder:"N" help:"How many shares there are, at most 16."`
	Folder string `short:"o" placeholder:"FOLDER" type:"path" help:"Write the shares into this new folder, as text and as pictures, to print from. Without it they are shown at the terminal, and nothing is written."`
	passphraseFlag
}

// Validate refuses numbers that cannot be, before a passphrase is asked for.
func (c *splitCommand) Validate() error {
	if c.Needed < 2 || c.Needed > c.Of || c.Of > shares.Most {
		return cli.Hint(shares.ErrCount, "two of three is a good choice for most: -k 2 -n 3")
	}
	return nil
}

// Run splits the key.
func (c *splitCommand) Run(ctx context.Context, stdout io.Writer) error {
	if err := program.NoNetwork(); err != nil {
		return err
	}
	f, _, err := cli.OpenFile("key", c.Key)
	if err != nil {
		return err
	}
	defer f.Close()
	forget, err := c.load()
	if err != nil {
		return err
	}
	defer forget()
	var paths confine.Paths
	if c.Folder != "" {
		if err := os.Mkdir(c.Folder, 0o700); err != nil {
			return existsHint(fmt.Errorf("make folder: %w", err))
		}
		paths = confine.Paths{Write: []string{c.Folder}, Folders: []string{filepath.Dir(c.Folder)}}
	}
	err = c.run(ctx, f, paths, stdout)
	if err != nil && c.Folder != "" {
		os.RemoveAll(c.Folder) // it was made here
	}
	return err
}

// run splits the key once the folder is there, if there is to be one.
func (c *splitCommand) run(ctx context.Context, f *os.File, paths confine.Paths, stdout io.Writer) error {
	if err := confinePaths(paths); err != nil {
		return err
	}
	all, err := c.split(ctx, f)
	if err != nil {
		return err
	}
	if c.Folder != "" {
		return c.write(all, stdout)
	}
	return c.show(ctx, all)
}

func (c *splitCommand) split(ctx context.Context, f *os.File) ([]*shares.Share, error) {
	key, err := c.read(ctx, f)
	if err != nil {
		return nil, err
	}
	all, err := shares.Split(key, c.Needed, c.Of)
	return all, noSigningKey(err)
}

// write writes a page and a picture for each share.
func (c *splitCommand) write(all []*shares.Share, stdout io.Writer) error {
	for _, s := range all {
		page, err := s.Page()
		if err != nil {
			return err
		}
		picture, err := s.PNG()
		if err != nil {
			return err
		}
		name := filepath.Join(c.Folder, fmt.Sprintf("share-%d-of-%d", s.Number, s.Of))
		if err := durable.WriteFile(name+".txt", []byte(page), 0o600); err != nil {
			return fmt.Errorf("write share: %w", err)
		}
		if err := durable.WriteFile(name+".png", picture, 0o600); err != nil {
			return fmt.Errorf("write share: %w", err)
		}
		clear(picture)
	}
	if err := durable.SyncDir(filepath.Dir(c.Folder)); err != nil {
		return err
	}
	program.Warn("the shares lie together in %s: whoever has the folder has the key. Print them with a printer that is on no network, then delete the folder", c.Folder)
	program.Say("try them before you rely on them: amana-keys join makes the key again from any %d", c.Needed)
	if _, err := fmt.Fprintf(stdout, "wrote %d shares of set %x to %s\n", len(all), all[0].Set, cli.Plain(c.Folder)); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// show shows one share after the other at the terminal, never on standard output,
// which could be a file. None stays there.
func (c *splitCommand) show(ctx context.Context, all []*shares.Share) error {
	for i, s := range all {
		page, err := s.Screen()
		if err != nil {
			return err
		}
		// The lines once more, last: a small terminal shows only the end of the page.
		prompt := fmt.Sprintf("\nShare %d of %d, set %x, any %d make the key:\n\n%s\n\nCopy these %d lines and the numbers above them to paper, then press Enter: ",
			i+1, len(all), s.Set, c.Needed, strings.Join(s.Lines(), "\n"), len(s.Lines()))
		if err := cli.Reveal(ctx, page, prompt); err != nil {
			return err
		}
	}
	_, err := cli.Line(ctx, fmt.Sprintf("Those were all %d shares, and the terminal was cleared.\nTry them before you rely on them: amana-keys join makes the key again from any %d.\nPress Enter: ", len(all), c.Needed))
	return err
}
