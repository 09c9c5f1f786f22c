package reviewer

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/keyfile"
	"amana/internal/roster"
	"amana/internal/wordlist"

	"golang.org/x/mod/sumdb/note"
)

// trustFlags is what a person may know, from elsewhere, of what a stick should
// hold.
type trustFlags struct {
	Intake *string `name:"intake" placeholder:"KEY" help:"The public key of the server (amana-intake+…), as the operator gave it to you: what another server made is refused."`
	Pin    string  `name:"pin" placeholder:"WORDS" help:"The fingerprint of the first roster, as the administrators gave it to you, in words or as 64 digits: rosters that do not go back to it are refused."`
}

// Validate refuses what is not whole: comparing with it could only give a false
// alarm, or, if it is empty, none.
func (c *trustFlags) Validate() error {
	if c.Pin != "" && !wordlist.Whole(c.Pin) {
		return errors.New("--pin is not a whole fingerprint: give all eight words of the first roster, in quotes; one of them may be mistyped")
	}
	if c.Intake == nil {
		return nil
	}
	*c.Intake = strings.TrimSpace(*c.Intake)
	if _, err := note.NewVerifier(*c.Intake); err != nil {
		return errors.New("--intake is not a whole server key (amana-intake+…): copy it again as the operator gave it to you")
	}
	return nil
}

// checkIntake refuses what another server signed than the one that was named.
func (c *trustFlags) checkIntake(signer string) error {
	if c.Intake == nil || *c.Intake == signer {
		return nil
	}
	return &cli.Error{Code: cli.ExitFailed,
		Err:  fmt.Errorf("%w: it is not signed by the server that was expected, but by %s", carry.ErrIntake, signer),
		Hint: "ask the operator whether the server's key has changed; until then do not trust this file"}
}

// checkPin refuses a chain that does not begin with the roster that was named. The
// chain is that of what, and otherwise is what to do if nothing was mistyped.
func (c *trustFlags) checkPin(chain []*roster.Signed, what, otherwise string) error {
	if c.Pin == "" || wordlist.Matches(c.Pin, chain[0].Sum()) {
		return nil
	}
	err := fmt.Errorf("the first roster of %s is known by %q; --pin says %q", what, asTyped(c.Pin, chain[0]), c.Pin)
	for _, later := range chain[1:] {
		if wordlist.Matches(c.Pin, later.Sum()) {
			err = fmt.Errorf("--pin gives the words of roster %d: give those of roster 1, which all go back to", later.Epoch)
		}
	}
	return cli.Refused(err, "compare what was typed with the words of the first roster, as the administrators gave them to you; if it is the same, "+otherwise)
}

// asTyped returns the fingerprint of a roster as a person typed another: in words of
// the same language, or as digits.
func asTyped(typed string, s *roster.Signed) string {
	digits := strings.Join(strings.FieldsFunc(typed, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), "")
	if _, err := hex.DecodeString(digits); err == nil {
		return s.SHA256()
	}
	if strings.ContainsFunc(typed, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
		return s.Fingerprint("ar")
	}
	return s.Fingerprint("en")
}

// readChain reads the rosters that came with a file and proves that they are one
// chain, from the first on.
func readChain(lists []carry.List) ([]*roster.Signed, error) {
	var chain []*roster.Signed
	for _, l := range lists {
		s, err := roster.Open(l.Text)
		if err == nil && s.Epoch != l.Epoch {
			err = fmt.Errorf("it says that it is roster %d", s.Epoch)
		}
		if err != nil {
			return nil, fmt.Errorf("roster %d cannot be read: %w", l.Epoch, err)
		}
		chain = append(chain, s)
	}
	if len(chain) == 0 {
		return nil, errors.New("no roster came with it")
	}
	if err := roster.VerifyChain(chain); err != nil {
		return nil, err
	}
	return chain, nil
}

// readRoster reads a file with a roster, which path names in errors.
func readRoster(r io.Reader, path string) (*roster.Signed, error) {
	data, err := io.ReadAll(io.LimitReader(r, roster.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read roster: %w", err)
	}
	s, err := roster.Open(data)
	if err != nil {
		return nil, cli.Refused(fmt.Errorf("%s: %w", path, err), "give the signed roster as the administrators gave it out")
	}
	return s, nil
}

// passphraseFlags say where a key's passphrase comes from.
type passphraseFlags struct {
	PassphraseFile string `name:"passphrase-file" type:"path" placeholder:"FILE" help:"Read the key's passphrase from this file instead of asking, for scripts; it is as secret as the key."`
}

// readKey reads a key, asking for its passphrase if it has one.
func (c *passphraseFlags) readKey(ctx context.Context, r io.Reader, path string) (*keyfile.Key, error) {
	return readKeyWith(r, func() ([]byte, error) {
		if c.PassphraseFile != "" {
			return cli.PassphraseFile(c.PassphraseFile)
		}
		return cli.Passphrase(ctx, "Passphrase of "+filepath.Base(path))
	})
}

// readKeyWith reads a reviewer's key, whose passphrase, if it has one, ask gives.
func readKeyWith(r io.Reader, ask func() ([]byte, error)) (*keyfile.Key, error) {
	key, err := keyfile.Read(r, ask)
	if err != nil {
		return nil, keyError(err)
	}
	if key.Administrator() {
		return nil, cli.Hint(errAdministrator, "give a reviewer's key with -i")
	}
	return key, nil
}

var errAdministrator = errors.New("this is an administrator's key: it signs rosters and opens nothing")
