package reviewer

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"amana/internal/carry"
	"amana/internal/dossier"
	"amana/internal/unseal"
	"amana/internal/workspace"
)

// inMemory is how large an age file is at most that is read whole, once, and opened
// from memory. Larger ones are written while they are opened.
const inMemory = 1 << 20

// taker opens testimonies, one at a time.
type taker struct {
	*grown
	buf []byte // for those that are opened from memory
}

// take opens one testimony into the batch, or notes why it cannot be.
func (b *taker) take(i int) {
	e := &b.job.bundle.Manifest.Testimonies[i]
	err := b.takeOne(i, e)
	if err == nil {
		b.handOver()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done += e.Size()
	b.progress.Set(b.done)
	if b.count++; b.watch != nil {
		b.watch(b.done, b.total, b.count, b.todo)
	}
	if err == nil {
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

func (b *taker) takeOne(i int, e *carry.Entry) error {
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
func (b *taker) takeSmall(check *carry.Check, e *carry.Entry) error {
	if int64(cap(b.buf)) < e.Size() {
		b.buf = make([]byte, e.Size())
	}
	data := b.buf[:e.Size()]
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
func (b *taker) takeLarge(check *carry.Check, e *carry.Entry) error {
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
	b.turn.RLock()
	batch := b.now
	b.turn.RUnlock()
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
	b.turn.RLock()
	defer b.turn.RUnlock()
	if err := b.now.Keep(original, ref, envelope.Document); err != nil {
		return err
	}
	if failed {
		b.now.With(workspace.Mended(e.ID))
	}
	b.now.mu.Lock()
	defer b.now.mu.Unlock()
	b.now.taken = append(b.now.taken, taken{e, opened, envelope.Testimony.Reply})
	return nil
}
