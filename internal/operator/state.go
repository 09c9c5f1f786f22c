// Package operator holds the commands of amana-intake: what the person who runs
// the server can do.
//
// It ties the intake to a vault and to a folder. It never imports
// internal/unseal: nothing on the server can open a testimony.
package operator

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"amana/internal/admin"
	"amana/internal/cli"
	"amana/internal/roster"
	"amana/vault"
	"amana/vault/bolt"
)

// State is the folder of one server. It belongs to one person and is closed to
// all others.
type State struct {
	Folder string `name:"state" default:"/var/lib/amana-intake" env:"AMANA_STATE" type:"path" help:"Folder of the server's state."`
}

// The files in the folder.
const (
	recipientsFile = "recipients.txt" // whom testimonies are sealed to
	// recipientsSumFile is its hash, as sha256sum writes it: a list that was cut
	// off would read as a shorter one.
	recipientsSumFile = "recipients.txt.sha256"
	bundleKeyFile     = "bundle.key" // signs bundles; public half in bundle.pub
	bundlePubFile     = "bundle.pub"
	vaultFolder       = "vault"
	adminSocket       = "admin.sock"
)

// firstEpoch is the epoch of the list given at init.
const firstEpoch = 1

func (s State) path(name string) string { return filepath.Join(s.Folder, name) }

// check refuses a folder that is not a server's, or that others can enter.
func (s State) check() error {
	info, err := os.Stat(s.Folder)
	if err == nil {
		_, err = os.Stat(s.path(recipientsFile))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return cli.Hint(fmt.Errorf("%s is not the state of a server", s.Folder),
			"name it with --state, or make one with: amana-intake init --state %s --recipients FILE", s.Folder)
	}
	if err != nil {
		return cli.Hint(fmt.Errorf("look at state: %w", err), "run it as the person who made the state")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return cli.Hint(fmt.Errorf("others can enter %s", s.Folder), "close it with: chmod 700 %s", s.Folder)
	}
	return nil
}

// reviewers reads the list that testimonies are sealed to.
func (s State) reviewers() (*roster.List, error) {
	text, err := os.ReadFile(s.path(recipientsFile))
	if err != nil {
		return nil, fmt.Errorf("read list of reviewers: %w", err)
	}
	sum, err := os.ReadFile(s.path(recipientsSumFile))
	if err != nil {
		return nil, fmt.Errorf("read list of reviewers: %w", err)
	}
	if want := fmt.Sprintf("%x", sha256.Sum256(text)); !strings.HasPrefix(string(sum), want+" ") {
		return nil, &cli.Error{
			Err:  fmt.Errorf("%s is not as init wrote it", s.path(recipientsFile)),
			Hint: "testimonies would be sealed to others than the reviewers; put back the list that was given to init",
			Code: cli.ExitDamaged,
		}
	}
	list, err := roster.ParseList(firstEpoch, text)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", s.path(recipientsFile), err)
	}
	return list, nil
}

// reader is the reading side of a vault that must be closed.
type reader interface {
	vault.Reader
	io.Closer
}

// open returns the server's vault for reading: through the running server, or
// from the files when none runs.
func (s State) open(ctx context.Context) (reader, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	client, err := admin.Dial(ctx, s.path(adminSocket))
	if err == nil {
		return client, nil
	}
	store, openErr := bolt.Open(s.path(vaultFolder), bolt.Options{})
	if errors.Is(openErr, bolt.ErrLocked) {
		return nil, cli.Hint(fmt.Errorf("%w, and it does not answer: %w", openErr, err),
			"wait a moment and try again; if it stays so, stop amana-intake serve and try again")
	}
	if openErr != nil {
		return nil, damage(openErr)
	}
	return store, nil
}

// damage gives the error of a vault that cannot even be opened the advice and
// the exit code of damage.
func damage(err error) error {
	if errors.Is(err, bolt.ErrDamaged) {
		return &cli.Error{Err: err, Hint: keepCopy, Code: cli.ExitDamaged}
	}
	return err
}

// keepCopy is what to do first when anything is damaged.
const keepCopy = "keep a copy of the whole state folder before anything else"
