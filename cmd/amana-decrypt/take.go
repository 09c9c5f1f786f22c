package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"sync"

	"amana/internal/carry"
	"amana/internal/dossier"
	"amana/internal/testimony"
	"amana/internal/unseal"
	"amana/internal/workspace"
)

// inMemory is how large an age file is at most that is read whole, once, and opened
// from memory. Larger ones are written while they are opened.
const inMemory = 1 << 20

// take opens one testimony into the batch, or notes why it cannot be.
func (b *grown) take(i int) {
	e := &b.job.bundle.Manifest.Testimonies[i]
	err := b.takeOne(i, e)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done += e.Size()
	b.progress.Set(b.done)
	if b.count++; b.watch != nil {
		b.watch(b.done, b.total, b.count, b.todo)
	}
	if err == nil {
		b.handOver()
		return
	}
	reason, ok := reasonOf(err)
	if !ok {
		b.stop(fmt.Errorf("testimony %s: %w", e.ID, err))
		return
	}
	f := dossier.Failed{ID: e.ID, Reason: reason, Detail: err.Error()}
	if reason == dossier.NotOurs {
		f.Detail = b.job.whoCanOpen(e.HeaderEpoch)
	}
	b.wrong = append(b.wrong, f)
}

func (b *grown) takeOne(i int, e *carry.Entry) error {
	check, err := b.job.bundle.Check(i)
	if err != nil {
		return err
	}
	if e.Size() <= inMemory {
		return b.takeSmall(check, e)
	}
	return b.takeLarge(check, e)
}

// takeSmall takes one that fits into memory. Nothing of it is looked at before it is
// known to be what the server signed.
func (b *grown) takeSmall(check *carry.Check, e *carry.Entry) error {
	data := make([]byte, e.Size())
	if _, err := check.ReadAt(data, 0); err != nil && err != io.EOF {
		return err
	}
	if err := check.Finish(b.ctx); err != nil {
		return err
	}
	envelope, err := unseal.Open(bytes.NewReader(data), e.Size(), b.job.keys...)
	if err != nil {
		return err
	}
	if err := readAll(b.ctx, envelope); err != nil {
		return err
	}
	original, err := b.original(e)
	if err != nil {
		return err
	}
	defer original.Discard()
	if _, err := original.Write(data); err != nil {
		return err
	}
	return b.keep(e, envelope, original)
}

// takeLarge takes one in one pass: what is read to be opened is hashed and written as
// it goes by.
func (b *grown) takeLarge(check *carry.Check, e *carry.Entry) error {
	original, err := b.original(e)
	if err != nil {
		return err
	}
	defer original.Discard()
	c := &copying{check: check, to: original}
	// Whatever goes wrong in opening, damage on the way is the first suspect: the
	// signed hashes tell it from what was sealed so.
	blame := func(err error) error {
		reason, ok := reasonOf(err)
		if !ok || reason == dossier.Unreadable { // a bad place is slow: once is enough
			return err
		}
		if bad := check.Finish(b.ctx); bad != nil {
			return bad
		}
		return err
	}
	envelope, err := unseal.Open(c, e.Size(), b.job.keys...)
	if err == nil {
		err = readAll(b.ctx, envelope)
	}
	if err == nil {
		err = c.finish(b.ctx, e.Size())
	}
	if err != nil {
		return blame(err)
	}
	if err := check.Finish(b.ctx); err != nil {
		return err
	}
	return b.keep(e, envelope, original)
}

// readAll reads an envelope to its end, and keeps nothing of it: with this all of it
// is authenticated, hashed and known to be what it says.
func readAll(ctx context.Context, envelope *unseal.Envelope) error {
	for i := range envelope.Files {
		if err := envelope.Extract(ctx, i, io.Discard); err != nil {
			return err
		}
	}
	return envelope.CheckPadding(ctx)
}

func (b *grown) original(e *carry.Entry) (*workspace.Original, error) {
	b.mu.Lock()
	batch := b.now
	b.mu.Unlock()
	return batch.Original(e.ID, e.Size())
}

// keep takes an envelope that is whole and well into the batch.
func (b *grown) keep(e *carry.Entry, envelope *unseal.Envelope, original *workspace.Original) error {
	ref, opened := b.describe(e, envelope)
	had, failed, err := b.Failure(e.ID)
	if err != nil {
		return err
	}
	if failed && had.Payload != ref.Payload {
		ref.Notes = append(ref.Notes, "A bundle before promised another payload for it, which could not be opened.")
		opened.Notes = ref.Notes
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.now.Keep(original, ref, envelope.Document); err != nil {
		return err
	}
	if failed {
		b.now.With(workspace.Mended(e.ID))
	}
	b.now.taken = append(b.now.taken, taken{e, opened, envelope.Testimony.Reply})
	return nil
}

// describe returns what is kept of an envelope besides its words.
func (b *grown) describe(e *carry.Entry, envelope *unseal.Envelope) (workspace.Ref, dossier.Opened) {
	t := &envelope.Testimony
	opened := dossier.NewOpened(e.ID, envelope)
	opened.Notes, opened.Roster = slices.Clone(b.job.notes(e, envelope)), b.job.sealedUnder(e)
	ref := workspace.Ref{
		ID: e.ID, Kind: t.Kind, Thread: t.Thread, Received: e.Day, Language: t.Language,
		Epoch: e.Epoch, Header: e.HeaderEpoch, Size: e.Size(), Payload: hex.EncodeToString(e.PayloadSum[:]),
		Bundle: b.sum, Opened: b.today, Notes: opened.Notes, Roster: opened.Roster, Reply: opened.ReplySum(),
	}
	if t.Schema == testimony.Schema1 {
		ref.Kind, ref.Thread = testimony.First, e.ID
	}
	for _, f := range envelope.Files {
		ref.Files = append(ref.Files, workspace.File{Entry: f.Entry, Size: f.Size, SHA256: hex.EncodeToString(f.SHA256[:])})
	}
	return ref, opened
}

// copying writes what is read in order, from the start, to an original.
type copying struct {
	check *carry.Check
	to    *workspace.Original

	mu sync.Mutex
	at int64 // bytes before it are written
}

func (c *copying) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.check.ReadAt(p, off)
	c.mu.Lock()
	defer c.mu.Unlock()
	if skip := c.at - off; skip >= 0 && skip < int64(n) {
		wrote, bad := c.to.Write(p[skip:n])
		c.at += int64(wrote)
		if bad != nil {
			return 0, bad
		}
	}
	return n, err
}

// finish reads what was not read in order.
func (c *copying) finish(ctx context.Context, size int64) error {
	buf := make([]byte, 256<<10)
	for c.at < size {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		p := buf[:min(int64(len(buf)), size-c.at)]
		if n, err := c.ReadAt(p, c.at); n < len(p) {
			if err == nil || err == io.EOF {
				return fmt.Errorf("the bundle is %w: it became shorter while it was read", carry.ErrNotWhole)
			}
			return err
		}
	}
	return nil
}
