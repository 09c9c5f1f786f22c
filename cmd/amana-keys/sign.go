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
	"amana/internal/durable"
	"amana/internal/keyfile"
	"amana/internal/roster"
)

// rosterSign adds a signature to a roster.
type rosterSign struct {
	File     string `arg:"" type:"path" help:"The roster to sign; the signature is added to this file."`
	Key      string `short:"i" name:"key" required:"" placeholder:"FILE" type:"path" help:"Your administrator's key."`
	Previous string `placeholder:"FILE" type:"path" help:"The signed roster before this one, from your own papers or stick, not from where the new one came. Not for roster 1."`
	Anyway   bool   `help:"Sign in spite of the risks that were named."`
	Yes      bool   `help:"Do not ask before signing, for scripts."`
	languageFlag
	passphraseFlag
}

// Run shows what the roster changes, asks, and signs it.
func (c *rosterSign) Run(ctx context.Context, stdout io.Writer) error {
	if err := program.NoNetwork(); err != nil {
		return err
	}
	data, err := readSmall("roster", c.File)
	if err != nil {
		return err
	}
	var before []byte
	if c.Previous != "" {
		if before, err = readSmall("roster before", c.Previous); err != nil {
			return err
		}
	}
	keyFile, _, err := cli.OpenFile("key", c.Key)
	if err != nil {
		return err
	}
	defer keyFile.Close()
	forget, err := c.load()
	if err != nil {
		return err
	}
	defer forget()
	if err := confineFiles(filepath.Dir(c.File)); err != nil {
		return err
	}
	draft, previous, err := c.parse(data, before)
	if err != nil {
		return err
	}
	if err := c.show(stdout, previous, draft); err != nil {
		return err
	}
	if !c.Yes {
		yes, err := cli.Confirm(ctx, fmt.Sprintf("Do you sign roster %d?", draft.Epoch))
		if err != nil {
			return err
		}
		if !yes {
			return errors.New("the roster was not signed")
		}
	}
	key, err := c.read(ctx, keyFile)
	if err != nil {
		return err
	}
	by := signedBy(previous, draft)
	signed, err := sign(key, draft, by)
	if err != nil {
		return err
	}
	if err := durable.Replace(c.File, signed.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write roster: %w", err)
	}
	return c.done(stdout, signed, by)
}

// parse reads the roster and the one before it, and refuses two that do not
// follow each other.
func (c *rosterSign) parse(data, before []byte) (draft, previous *roster.Signed, err error) {
	draft, err = parseRoster(c.File, data)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case draft.Epoch == 1 && c.Previous != "":
		return nil, nil, &cli.Error{Err: errors.New("roster 1 has none before it"), Hint: "leave --previous out", Code: cli.ExitUsage}
	case draft.Epoch > 1 && c.Previous == "":
		return nil, nil, &cli.Error{Err: fmt.Errorf("roster %d can only be signed against roster %d", draft.Epoch, draft.Epoch-1),
			Hint: "give the roster before it, which you keep yourself, with --previous", Code: cli.ExitUsage}
	case draft.Epoch > 1:
		if previous, err = parseRoster(c.Previous, before); err != nil {
			return nil, nil, err
		}
		if previous.Epoch == 1 {
			if err := roster.Follows(nil, previous); err != nil {
				return nil, nil, cli.Refused(fmt.Errorf("the roster before: %w", err), "sign that one first")
			}
		}
	}
	// Too few signatures are why we are here.
	if err := roster.Follows(previous, draft); err != nil && !errors.Is(err, roster.ErrSignatures) {
		return nil, nil, cli.Refused(err, "the roster was not signed; make it again from the one that is in force")
	}
	return draft, previous, nil
}

// show says what the roster changes, and refuses one with risks.
func (c *rosterSign) show(stdout io.Writer, previous, draft *roster.Signed) error {
	var out strings.Builder
	before := base(previous)
	writeDiff(&out, before, &draft.Roster)
	fmt.Fprintf(&out, "The fingerprint of the whole roster %d is\n\n    %s\n\n", draft.Epoch, c.fingerprint(draft.Sum()))
	if _, err := io.WriteString(stdout, out.String()); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return checkRisks(before, &draft.Roster, c.Anyway, "the roster was not signed")
}

// base returns the roster inside, or nil.
func base(s *roster.Signed) *roster.Roster {
	if s == nil {
		return nil
	}
	return &s.Roster
}

// signedBy returns the roster whose administrators sign draft: the one before, or
// the first one itself.
func signedBy(previous, draft *roster.Signed) *roster.Roster {
	if previous != nil {
		return &previous.Roster
	}
	return &draft.Roster
}

// sign adds the signature of a key that may sign.
func sign(key *keyfile.Key, draft *roster.Signed, by *roster.Roster) (*roster.Signed, error) {
	mine := func(a roster.Administrator) bool { return a.Key == key.VerifierKey() }
	switch {
	case !key.Administrator():
		return nil, cli.Refused(errors.New("this is not an administrator's key: only administrators sign rosters"), "give an administrator's key with -i")
	case !slices.ContainsFunc(by.Administrators, mine):
		return nil, cli.Refused(fmt.Errorf("this key may not sign: it belongs to no administrator of roster %d", by.Epoch), "the administrators of the roster before sign a new one, not those of the new one")
	}
	signer, err := key.Signer()
	if err != nil {
		return nil, err
	}
	signed, err := draft.Sign(signer)
	if err != nil {
		return nil, cli.Refused(err, "give the file to another administrator")
	}
	if !slices.ContainsFunc(signed.Signers(by), mine) {
		return nil, cli.Refused(errors.New("a signature that stands under the roster already does not fit it: one of the two was changed"), "take the file again from the administrator who signed before you")
	}
	return signed, nil
}

// done says how far the roster has come.
func (c *rosterSign) done(stdout io.Writer, signed *roster.Signed, by *roster.Roster) error {
	signers := signed.Signers(by)
	if _, err := fmt.Fprintf(stdout, "signed: %d of the %d signatures that are needed (%s)\n", len(signers), by.Signatures, signerNames(signers)); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if len(signers) < by.Signatures {
		program.Say("give %s to another administrator of roster %d, who signs it next", c.File, by.Epoch)
		return nil
	}
	program.Say("the roster is complete. Keep it with the ones before it; give it to the operator, for the server, and to every reviewer. Read its fingerprint to them over a telephone")
	return nil
}

func signerNames(signers []roster.Administrator) string {
	var all []string
	for _, a := range signers {
		all = append(all, a.Name)
	}
	return strings.Join(all, ", ")
}
