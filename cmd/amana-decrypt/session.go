package main

import (
	"context"
	"errors"

	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/keyfile"
	"amana/internal/workspace"
)

// workFlags say in which workspace a command works, and with which key.
type workFlags struct {
	Workspace string `short:"w" name:"workspace" required:"" placeholder:"FOLDER" type:"path" help:"Your workspace: the folder in which open keeps what it opened."`
	Key       string `short:"i" name:"key" required:"" placeholder:"FILE" type:"path" help:"Your key file; if it has a passphrase you are asked for it."`
	passphraseFlags
}

// session is an open workspace and the key of the reviewer who works in it.
type session struct {
	*workspace.Workspace
	key *keyfile.Key
}

// open gives up the network, reads the key, opens the workspace and gives up all other
// folders but those named. The caller must Close the session.
func (c *workFlags) open(ctx context.Context, others ...string) (*session, error) {
	keyFile, _, err := cli.OpenFile("key", c.Key)
	if err != nil {
		return nil, err
	}
	defer keyFile.Close()
	if err := program.NoNetwork(); err != nil {
		return nil, err
	}
	key, err := c.readKey(ctx, keyFile, c.Key)
	if err != nil {
		return nil, err
	}
	w, err := workspace.Open(c.Workspace, key.Identities)
	if err != nil {
		return nil, workspaceError(err)
	}
	if err := program.Confine(confine.Paths{Write: append(others, c.Workspace)}); err != nil {
		w.Close()
		return nil, err
	}
	return &session{w, key}, nil
}

func workspaceError(err error) error {
	switch {
	case errors.Is(err, workspace.ErrNotWorkspace):
		return cli.Hint(err, "give the folder that amana-decrypt open -w made, or open a bundle into a new one")
	case errors.Is(err, workspace.ErrNotOurs):
		return &cli.Error{Err: err, Code: cli.ExitNotOurs, Hint: "give the key with which the workspace was made"}
	case errors.Is(err, workspace.ErrBusy):
		return cli.Hint(err, "wait until it is done, and begin again")
	case errors.Is(err, workspace.ErrDamaged):
		return &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: "keep the folder as it is; the originals in it still open with your key: open them into a new workspace"}
	}
	return err
}
