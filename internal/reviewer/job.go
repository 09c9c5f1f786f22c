package reviewer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/dossier"
	"amana/internal/roster"
	"amana/internal/testimony"
	"amana/internal/unseal"
	"amana/internal/workspace"

	"filippo.io/age"
)

// job is one bundle on its way into a folder.
type job struct {
	bundle *carry.Bundle
	folder *dossier.Folder
	ids    []*age.HybridIdentity
	keys   []age.Identity
	known  bool // the server's key was compared

	replies bool // whether to note where replies can be sent, which takes room

	index dossier.Index
	made  bool // the folder was finished

	opened []*carry.Entry     // of index.Opened
	reply  []*testimony.Reply // of index.Opened, if they are noted

	chain   []*roster.Signed    // that came with it; nil if it is none
	readers map[uint32]*readers // by epoch
	who     map[uint32]string   // what whoCanOpen says, by epoch
	in      []uint32            // epochs of the rosters with this key
	looked  bool                // in was worked out
}

// openAll opens every testimony that can be. Its error is for what makes going
// on useless: a full disk, a stick that was pulled out, Ctrl-C.
func (j *job) openAll(ctx context.Context) error {
	m := &j.bundle.Manifest
	j.index.Made, j.index.Intake, j.index.Known, j.index.Damaged = m.Made, m.Intake, j.known, j.bundle.Damaged
	var total int64
	for i := range m.Testimonies {
		total += m.Testimonies[i].Size()
	}
	progress := cli.NewProgress(os.Stderr, "opening", total)
	defer progress.Done()
	var done int64
	for i := range m.Testimonies {
		if err := context.Cause(ctx); err != nil {
			return fmt.Errorf("stopped: %w", err)
		}
		e := &m.Testimonies[i]
		opened, reply, err := j.open(ctx, i, func(n int64) { progress.Set(done + n) })
		done += e.Size()
		progress.Set(done)
		if err == nil {
			j.index.Opened = append(j.index.Opened, opened)
			j.opened = append(j.opened, e)
			if j.replies {
				j.reply = append(j.reply, reply)
			}
			continue
		}
		reason, ok := reasonOf(err)
		if !ok {
			return fmt.Errorf("testimony %s: %w", e.ID, err)
		}
		failed := dossier.Failed{ID: e.ID, Reason: reason, Detail: err.Error()}
		if reason == dossier.NotOurs {
			failed.Detail = j.whoCanOpen(e.HeaderEpoch)
		}
		j.index.Failed = append(j.index.Failed, failed)
	}
	return nil
}

// reasonOf tells whether an error is about one testimony only.
func reasonOf(err error) (dossier.Reason, bool) {
	switch {
	case errors.Is(err, dossier.ErrWrite), errors.Is(err, workspace.ErrWrite), errors.Is(err, workspace.ErrDamaged):
		return "", false
	case errors.Is(err, workspace.ErrOther):
		return workspace.Differs, true
	case errors.Is(err, carry.ErrUnreadable):
		return dossier.Unreadable, true
	case errors.Is(err, unseal.ErrNotOurs):
		return dossier.NotOurs, true
	case errors.Is(err, carry.ErrDamaged), errors.Is(err, unseal.ErrDamaged):
		return dossier.Damaged, true
	case errors.Is(err, unseal.ErrMalformed):
		return dossier.Malformed, true
	case errors.Is(err, unseal.ErrVersion):
		return dossier.Newer, true
	}
	return "", false
}

// open writes one testimony to the folder, or nothing of it.
func (j *job) open(ctx context.Context, i int, progress func(int64)) (opened dossier.Opened, reply *testimony.Reply, err error) {
	check, err := j.bundle.Check(i)
	if err != nil {
		return opened, nil, err
	}
	// Whatever goes wrong in opening, damage on the way is the first suspect:
	// the signed hashes tell it from what was sealed so.
	blame := func(err error) error {
		reason, ok := reasonOf(err)
		if !ok || reason == dossier.Unreadable { // a bad place is slow: once is enough
			return err
		}
		if bad := check.Finish(ctx); bad != nil {
			return bad
		}
		return err
	}
	envelope, err := unseal.Open(reporting{check, progress}, check.Size(), j.keys...)
	if err != nil {
		return opened, nil, blame(err)
	}
	e := &j.bundle.Manifest.Testimonies[i]
	err = j.folder.Add(ctx, e.ID, envelope, func() error {
		if err := envelope.CheckPadding(ctx); err != nil {
			return err
		}
		return check.Finish(ctx)
	})
	if err != nil {
		return opened, nil, blame(err)
	}
	opened = dossier.NewOpened(e.ID, envelope)
	opened.Notes, opened.Roster = j.notes(e, envelope), j.sealedUnder(e)
	return opened, envelope.Testimony.Reply, nil
}

// notes says where a testimony and the bundle that carries it disagree.
func (j *job) notes(e *carry.Entry, envelope *unseal.Envelope) []string {
	var notes []string
	t := &envelope.Testimony
	if t.Received != e.Day {
		notes = append(notes, fmt.Sprintf("The testimony says it was received on %s, the bundle says %s.", t.Received, e.Day))
	}
	notes = append(notes, j.flags(e, t.Roster.Epoch, t.Roster.SHA256)...)
	return notes
}

// reporting tells how far reading has come.
type reporting struct {
	io.ReaderAt
	progress func(int64)
}

func (r reporting) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.ReaderAt.ReadAt(p, off)
	r.progress(off)
	return n, err
}

// finish writes the index and names the folder, if there is anything to read.
func (j *job) finish() error {
	if len(j.index.Opened) == 0 && len(j.index.Failed) > 0 {
		return nil
	}
	if err := j.folder.WriteIndex(j.index); err != nil {
		return err
	}
	if err := j.folder.Commit(); err != nil {
		return err
	}
	j.made = true
	return nil
}

// indexPath returns the path of index.html, or nothing if there is none.
func (j *job) indexPath() string {
	if !j.made {
		return ""
	}
	return filepath.Join(j.folder.Path(), "index.html")
}
