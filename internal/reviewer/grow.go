package reviewer

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/keyfile"
	"amana/internal/workspace"

	"filippo.io/age"
)

// growth adds bundles to a workspace, one after another.
type growth struct {
	*session
	log   *custody.Log
	trust *trustFlags
	anew  bool // take a server or a chain that the workspace does not know
	quiet bool // the person is told in another way than on the terminal
	// watch, if there is one, is told how many bytes and testimonies of how many are done.
	watch func(done, total int64, count, of int)
	today string

	bundles []*grown
}

// newGrowth begins to add to a workspace. It refuses a key that cannot sign, because
// what arrives is written to the record of custody, and a workspace that cannot be
// written to.
func newGrowth(s *session, trust *trustFlags, anew bool) (*growth, error) {
	if s.ReadOnly() {
		return nil, workspaceError(workspace.ErrReadOnly)
	}
	log, err := custody.Open(s.Workspace, s.key)
	if err != nil {
		return nil, err
	}
	if !log.Signs() {
		return nil, cli.Hint(keyfile.ErrNoSigningKey, "a workspace keeps a signed record of what was done with each testimony: use a key that amana-keys reviewer new made")
	}
	if err := s.Tidy(); err != nil {
		return nil, err
	}
	return &growth{session: s, log: log, trust: trust, anew: anew, today: time.Now().UTC().Format(time.DateOnly)}, nil
}

// openOrCreate opens a workspace, and makes one where nothing is.
func openOrCreate(path string, ids []*age.HybridIdentity) (*workspace.Workspace, error) {
	w, err := workspace.Open(path, ids)
	if !errors.Is(err, workspace.ErrNotWorkspace) {
		return w, err
	}
	w, made := workspace.Create(path, ids)
	if errors.Is(made, fs.ErrExist) {
		return nil, err // what stands there is no workspace, and is left alone
	}
	if made == nil {
		program.Say("made the workspace %s, sealed to your key: keep a copy of the key elsewhere, for without it nobody opens the folder", path)
	}
	return w, made
}

// grow adds the bundles to the workspace.
func (c *openCommand) grow(ctx context.Context, stdout io.Writer) error {
	var files []*os.File
	var sizes []int64
	for _, path := range c.Bundles {
		file, size, err := cli.OpenFile("bundle", path)
		if err != nil {
			return err
		}
		defer file.Close()
		files, sizes = append(files, file), append(sizes, size)
	}
	ack, err := c.beginAck()
	if err != nil {
		return err
	}
	defer ack.discard()
	flags := workFlags{Workspace: c.Workspace, Key: c.Key, passphraseFlags: c.passphraseFlags}
	s, err := flags.unlock(ctx, openOrCreate)
	if err != nil {
		return err
	}
	defer s.Close()
	g, err := newGrowth(s, &c.trustFlags, c.TrustAnew)
	if err != nil {
		return err
	}
	if err := s.confine(ack.folders()...); err != nil {
		return err
	}
	var failed error
	for i, file := range files {
		b, err := g.add(ctx, file, sizes[i])
		if err == nil {
			err = b.verdict()
		}
		if err != nil && len(files) > 1 {
			err = fmt.Errorf("%s: %w", c.Bundles[i], err)
		}
		failed = joined(failed, err)
		if ctx.Err() != nil || errors.Is(err, workspace.ErrWrite) || errors.Is(err, workspace.ErrDamaged) {
			break
		}
	}
	said, acked := g.acknowledge(ctx, ack)
	if c.JSON {
		if err := json.NewEncoder(stdout).Encode(g.summary()); err != nil {
			return fmt.Errorf("print summary: %w", err)
		}
	} else {
		for _, b := range g.bundles {
			b.print(stdout)
		}
		fmt.Fprint(stdout, said)
	}
	return joined(failed, acked)
}

// acknowledge signs for all that the workspace has of the bundles, whether it was new
// or not.
func (g *growth) acknowledge(ctx context.Context, ack *acknowledgement) (said string, err error) {
	var newest *carry.Manifest
	var all []*carry.Entry
	seen := make(map[string]bool)
	for _, b := range g.bundles {
		m := &b.job.bundle.Manifest
		if newest == nil || len(m.Rosters) > len(newest.Rosters) {
			newest = m
		}
		for _, e := range b.held {
			if !seen[e.ID] {
				seen[e.ID] = true
				all = append(all, e)
			}
		}
	}
	if newest == nil {
		return "", nil
	}
	said, err = ack.finish(ctx, newest, all, g.key)
	if said == "" {
		return said, err
	}
	event := acknowledgedEvent(newest.Intake)
	for _, e := range all {
		event.Subjects = append(event.Subjects, custody.Subject{Testimony: e.ID, Hash: hex.EncodeToString(e.PayloadSum[:])})
	}
	return said, joined(err, g.log.Add(event))
}

// grownSummary is what --json prints of what was added to a workspace.
type grownSummary struct {
	Workspace string          `json:"workspace"`
	Bundles   []bundleSummary `json:"bundles"`
}

// bundleSummary tells of one bundle. Opened and Sealed are of what is new; Index is
// empty.
type bundleSummary struct {
	summary
	Bundle string `json:"bundle"` // SHA-256 of its signed manifest
	Known  int    `json:"known"`  // how many were in the workspace before
}

func (g *growth) summary() grownSummary {
	s := grownSummary{g.Path(), []bundleSummary{}}
	for _, b := range g.bundles {
		s.Bundles = append(s.Bundles, bundleSummary{b.job.summary(), b.sum, b.known})
	}
	return s
}
