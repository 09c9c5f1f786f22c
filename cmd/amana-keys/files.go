package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"amana/internal/cli"
	"amana/internal/roster"
	"amana/internal/wordlist"
)

// maxSmall is how many bytes are read of a roster, a card or a share.
const maxSmall = max(roster.MaxSize, 64<<10) + 1

// readSmall reads a file that can only be small.
func readSmall(what, path string) ([]byte, error) {
	f, _, err := cli.OpenFile(what, path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSmall))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return data, nil
}

// parseRoster reads a roster that came from a file.
func parseRoster(path string, data []byte) (*roster.Signed, error) {
	s, err := roster.Open(data)
	if errors.Is(err, roster.ErrSecretKey) {
		return nil, secretHint(path, err)
	}
	if err != nil {
		return nil, cli.Refused(fmt.Errorf("%s: %w", path, err), "give the file of a roster, as amana-keys wrote it")
	}
	return s, nil
}

// parseCard reads the card of one kind of person.
func parseCard(path string, data []byte) (*roster.Card, error) {
	card, err := roster.ParseCard(data)
	if errors.Is(err, roster.ErrSecretKey) {
		return nil, secretHint(path, err)
	}
	if err != nil {
		return nil, cli.Hint(fmt.Errorf("%s: %w", path, err), "give the card as its owner sent it; amana-keys reviewer card and admin card print it again")
	}
	return card, nil
}

func secretHint(path string, err error) error {
	return cli.Hint(fmt.Errorf("%s: %w", path, err), "give the card of the key, which is public; a key file stays with its owner")
}

// free refuses a path at which there is something already.
func free(what, path string) error {
	_, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return folderThere(what, path)
	case err != nil:
		return fmt.Errorf("write %s: %w", what, err)
	}
	return existsHint(fmt.Errorf("write %s: %s: %w", what, path, fs.ErrExist))
}

func folderThere(what, path string) error {
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return cli.Hint(fmt.Errorf("write %s: %w", what, err), "make the folder first")
	}
	return nil
}

// existsHint adds advice to an error about a file that is there.
func existsHint(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return cli.Hint(err, "nothing is ever overwritten: give the name of a new file")
	}
	return err
}

// languageFlag is the language of words.
type languageFlag struct {
	Language string `enum:"en,ar" default:"en" help:"Language of fingerprints and passphrases: en or ar."`
}

// fingerprint returns the words of a hash in that language.
func (l languageFlag) fingerprint(sum [32]byte) string { return wordlist.Fingerprint(l.Language, sum) }
