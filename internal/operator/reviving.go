package operator

import (
	"errors"
	"fmt"
	"syscall"

	"amana/internal/cli"
	"amana/vault/bolt"
	"amana/vault/revive"
)

// reviving opens the vault for a server that goes on when the disk fails: it closes,
// and opens again when the disk is well, in the same process.
func (s State) reviving(options bolt.Options, log *journal) (*revive.Store, error) {
	folder := s.path(vaultFolder)
	first, err := bolt.Open(folder, options)
	if err != nil {
		return nil, err
	}
	return revive.New(first, revive.Options{
		Probe:  func() error { return bolt.Probe(folder) },
		Open:   func() (revive.Engine, error) { return bolt.Reopen(folder, options) },
		Closed: log.disk,
		Back:   log.well,
	}), nil
}

// diskFailed is what the operator reads when the disk failed.
func diskFailed(why error) error {
	hint := "look at the disk (dmesg, smartctl); when it takes what it is given the intake opens by itself"
	switch {
	case errors.Is(why, revive.ErrLost):
		hint = keepCopy + "; take another disk, and start the server again when you have seen what is left: amana-intake check"
	case errors.Is(why, bolt.ErrDamaged):
		hint = keepCopy + "; it is tried again and again, but most likely the state must be put back from a copy, on another disk"
	case errors.Is(why, syscall.EROFS):
		hint = "if the kernel has made the file system read-only (dmesg), stop the server, unmount and check it, and start the server again; if somebody mounted it so, the intake opens by itself when it can be written to"
	}
	return cli.Hint(fmt.Errorf("the intake is closed and sources are turned away: %w", why), "%s", hint)
}
