// Package operator holds the commands of amana-intake: what the person who runs
// the server can do.
//
// It ties the intake to a vault, to a folder and to the rosters that came from
// the administrators. It never imports internal/unseal, internal/rewrap or
// internal/keyfile: nothing on the server can open a testimony.
package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"amana/internal/admin"
	"amana/internal/cli"
	"amana/vault"
	"amana/vault/bolt"
)

// State is the folder of one server. It belongs to one person and is closed to
// all others.
type State struct {
	Folder string `name:"state" default:"/var/lib/amana-intake" env:"AMANA_STATE" type:"path" help:"Folder of the server's state."`
}

// What is in the folder.
const (
	rostersFolder = "rosters"    // the chain of rosters, see package book
	bundleKeyFile = "bundle.key" // signs bundles; public half in bundle.pub
	bundlePubFile = "bundle.pub"
	vaultFolder   = "vault"
	repliesFile   = "replies.db" // made when the first server serves, or the first reply comes
	adminSocket   = "admin.sock"
)

func (s State) path(name string) string { return filepath.Join(s.Folder, name) }

// check refuses a folder that is not the state of a server, that others can enter, or in
// which something is open to others; and one of which anything belongs to another than
// who runs this, also if that is root: what root writes anew the server could not read.
func (s State) check() error {
	info, err := os.Stat(s.Folder)
	if err == nil {
		_, err = os.Stat(s.path(bundlePubFile))
	}
	if errors.Is(err, fs.ErrNotExist) {
		return cli.Hint(fmt.Errorf("%s is not the state of a server", s.Folder),
			"name the folder of the server with --state, or once for all with: export AMANA_STATE=FOLDER; a new server's is made with: amana-intake init")
	}
	if err != nil {
		return cli.Hint(fmt.Errorf("look at state: %w", err), "run it as the person who made the state")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return cli.Hint(fmt.Errorf("others can enter %s", s.Folder), "close it with: chmod 700 %s", s.Folder)
	}
	if err := s.owned(s.Folder, info); err != nil {
		return err
	}
	for _, name := range []string{"", vaultFolder, rostersFolder, daysFolder} {
		if err := s.private(s.path(name)); err != nil {
			return err
		}
	}
	return nil
}

// private refuses a folder of the state in which something is not its owner's alone.
// The state's own folder keeps others out of all of it, but not out of a copy, and a
// file of somebody else's, root's for example, would stop the server one day.
func (s State) private(folder string) error {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil // what must be there, and a folder, is missed by who opens it
	}
	if err != nil {
		return fmt.Errorf("look at state: %w", err)
	}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		info, err := os.Stat(path) // not e's: a part may be a link to another disk
		if errors.Is(err, fs.ErrNotExist) {
			continue // the server has just removed it
		}
		if err != nil {
			return fmt.Errorf("look at state: %w", err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			return cli.Hint(fmt.Errorf("others may read %s", path), "close all of it with: chmod -R go= %s", s.Folder)
		}
		if err := s.owned(path, info); err != nil {
			return err
		}
	}
	return nil
}

// owned refuses what belongs to another than who runs this program.
func (s State) owned(path string, info fs.FileInfo) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(stat.Uid) == os.Geteuid() {
		return nil
	}
	return cli.Hint(fmt.Errorf("%s belongs to another user (number %d) than the one who runs this (%d)", path, stat.Uid, os.Geteuid()),
		"run it as the user who owns %s, for example with: runuser -u amana-intake -- amana-intake …; a file in it that root made is given back with: chown -R --reference=%s %s", s.Folder, s.Folder, s.Folder)
}

// today returns the day in UTC, as rosters and records write it.
func today() string { return time.Now().UTC().Format(time.DateOnly) }

// reader is the reading side of a vault, and of the replies beside it, that must be
// closed.
type reader interface {
	vault.Reader
	admin.Letters
	io.Closer
}

// files is a reader of the files themselves.
type files struct {
	*bolt.Store
	*letters
}

// Close closes both.
func (f files) Close() error { return errors.Join(f.letters.Close(), f.Store.Close()) }

// open returns the server's vault for reading: through the running server, or
// from the files when none runs.
func (s State) open(ctx context.Context) (reader, error) {
	client, store, err := s.reach(ctx)
	switch {
	case err != nil:
		return nil, err
	case client != nil:
		return client, nil
	}
	return files{store, s.letters()}, nil
}

// reach returns the running server, or the vault itself when none runs.
func (s State) reach(ctx context.Context) (*admin.Client, *bolt.Store, error) {
	if err := s.check(); err != nil {
		return nil, nil, err
	}
	client, err := admin.Dial(ctx, s.path(adminSocket))
	if err == nil {
		return client, nil, nil
	}
	store, openErr := bolt.Open(s.path(vaultFolder), bolt.Options{})
	if errors.Is(openErr, bolt.ErrLocked) {
		return nil, nil, cli.Hint(fmt.Errorf("%w, and it does not answer: %w", openErr, err),
			"wait a moment and try again; if it stays so, stop amana-intake serve and try again")
	}
	if openErr != nil {
		return nil, nil, damage(openErr)
	}
	return nil, store, nil
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
