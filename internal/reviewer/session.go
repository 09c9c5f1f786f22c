package reviewer

import (
	"context"
	"errors"

	"amana/internal/cli"
	"amana/internal/confine"
	"amana/internal/keyfile"
	"amana/internal/workspace"

	"filippo.io/age"
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
	s, err := c.unlock(ctx, workspace.Open)
	if err != nil {
		return nil, err
	}
	if err := s.confine(others...); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// unlock is open without giving up folders: for what learns only from the workspace
// which others it needs. Until [session.confine] it may read no bundle and open no
// original.
func (c *workFlags) unlock(ctx context.Context, open func(string, []*age.HybridIdentity) (*workspace.Workspace, error)) (*session, error) {
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
	w, err := open(c.Workspace, key.Identities)
	if err != nil {
		return nil, workspaceError(err)
	}
	return &session{w, key}, nil
}

// confine gives up all folders but the workspace and those named.
func (s *session) confine(others ...string) error {
	return program.Confine(confine.Paths{Write: append(others, s.Path())})
}

func workspaceError(err error) error {
	switch {
	case errors.Is(err, workspace.ErrNotWorkspace):
		return cli.Hint(err, "give the folder that amana-decrypt open -w made, or open a bundle into a new one")
	case errors.Is(err, workspace.ErrNotOurs):
		return &cli.Error{Err: err, Code: cli.ExitNotOurs, Hint: "give the key with which the workspace was made"}
	case errors.Is(err, workspace.ErrBusy):
		return cli.Hint(err, "wait until it is done, and begin again")
	case errors.Is(err, workspace.ErrReadOnly):
		return cli.Hint(err, "copy the folder to a disk that can be written to, and work in the copy")
	case errors.Is(err, workspace.ErrDamaged):
		return &cli.Error{Err: err, Code: cli.ExitDamaged, Hint: "keep the folder as it is; the originals in it still open with your key: open them into a new workspace"}
	}
	return err
}
