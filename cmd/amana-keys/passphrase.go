package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"unicode/utf8"

	"amana/internal/cli"
	"amana/internal/keyfile"
	"amana/internal/wordlist"
)

const (
	minPassphrase = 12 // characters
	givenWords    = 6  // in a passphrase that the program makes: 66 bits
	tries         = 5  // at the terminal, before it gives up
)

// passphraseFlag says where a passphrase comes from.
type passphraseFlag struct {
	PassphraseFile string `name:"passphrase-file" type:"path" placeholder:"FILE" help:"For scripts: take the passphrase from a file of one line in place of asking for it."`
	secret         []byte // of that file
}

// load reads the passphrase file, if there is one. It must come before
// confineFiles. The caller calls forget when its command ends.
func (p *passphraseFlag) load() (forget func(), err error) {
	if p.PassphraseFile != "" {
		if p.secret, err = cli.PassphraseFile(p.PassphraseFile); err != nil {
			return nil, err
		}
	}
	return func() { clear(p.secret) }, nil
}

// read reads a key that is open, and asks for its passphrase if it has one.
func (p *passphraseFlag) read(ctx context.Context, f *os.File) (*keyfile.Key, error) {
	asked := false
	key, err := keyfile.Read(f, func() ([]byte, error) {
		asked = true
		if p.secret != nil {
			return bytes.Clone(p.secret), nil
		}
		return cli.Passphrase(ctx, "Passphrase of "+filepath.Base(f.Name()))
	})
	switch {
	case errors.Is(err, keyfile.ErrPassphrase):
		return nil, cli.Hint(err, "try again; nothing was done")
	case errors.Is(err, keyfile.ErrNotIdentity):
		return nil, cli.Hint(fmt.Errorf("key: %w", err), "give the key file that amana-keys made, with -i")
	case err != nil:
		return nil, fmt.Errorf("key: %w", err)
	}
	if !asked {
		program.Warn("%s has no passphrase: whoever finds the file has the key", f.Name())
	}
	return key, nil
}

// choose returns a passphrase for a new key. At the terminal it is asked for
// twice; an empty answer gets words that the program chooses. The caller clears
// it.
func (p *passphraseFlag) choose(ctx context.Context, language string) ([]byte, error) {
	if p.secret != nil {
		if err := long(p.secret); err != nil {
			return nil, err
		}
		return p.secret, nil
	}
	why := ""
	for range tries {
		first, err := cli.Passphrase(ctx, why+"New passphrase (empty: the program makes one of words)")
		if err != nil {
			return nil, err
		}
		if len(first) == 0 {
			return give(ctx, language)
		}
		if err := long(first); err != nil {
			clear(first)
			why = "That was not taken: " + err.Error() + ".\n"
			continue
		}
		second, err := cli.Passphrase(ctx, "The same again")
		if err != nil {
			clear(first)
			return nil, err
		}
		same := bytes.Equal(first, second)
		clear(second)
		if same {
			return first, nil
		}
		clear(first)
		why = "The two are not the same.\n"
	}
	return nil, errors.New("no passphrase was chosen; nothing was made")
}

// long refuses a passphrase that can be guessed by trying.
func long(passphrase []byte) error {
	if n := utf8.RuneCount(passphrase); n < minPassphrase {
		return fmt.Errorf("a passphrase of %d characters is too short, at least %d are needed: whoever takes the file can try millions of them", n, minPassphrase)
	}
	return nil
}

// give shows a passphrase of words and has it typed once.
func give(ctx context.Context, language string) ([]byte, error) {
	defer cli.Wipe()
	words := []byte(wordlist.Passphrase(language, givenWords))
	why := ""
	for range tries {
		typed, err := cli.Passphrase(ctx, fmt.Sprintf("%s\nThe passphrase is:\n\n    %s\n\nLearn it or write it down, and keep the paper away from this machine.\nType it once, with its hyphens", why, words))
		if err != nil {
			return nil, err
		}
		same := bytes.Equal(typed, words)
		clear(typed)
		if same {
			return words, nil
		}
		why = "\nThat was not the same.\n"
	}
	return nil, errors.New("the passphrase was not typed as it was shown; nothing was made")
}
