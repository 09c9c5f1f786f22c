package reviewer

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"amana/internal/custody"
	"amana/internal/dossier"
	"amana/internal/workspace"
)

func (b *grown) begin() *filled { return &filled{Batch: b.Begin()} }

// handOver gives the batch to be committed if it is full.
func (b *grown) handOver() {
	b.turn.Lock()
	defer b.turn.Unlock()
	if b.now.Full() {
		b.full <- b.now
		b.now = b.begin()
	}
}

// commitAll commits batches as they come. After an error it throws them away.
func (b *grown) commitAll() {
	for f := range b.full {
		if cause := context.Cause(b.ctx); errors.Is(cause, workspace.ErrWrite) || errors.Is(cause, workspace.ErrDamaged) {
			f.Discard()
			continue
		}
		if err := b.commit(f); err != nil {
			f.Discard()
			b.stop(err)
		}
	}
}

// commit puts a batch into the workspace, with the record of how it came.
func (b *grown) commit(f *filled) error {
	refs, documents := f.Refs()
	var events []custody.Event
	if len(refs) > 0 {
		events = custody.Arrived(b.arrival, refs, documents)
	}
	if err := b.log.Commit(f.Batch, events); err != nil {
		return err
	}
	for _, t := range f.taken {
		b.job.index.Opened = append(b.job.index.Opened, t.opened)
		b.job.opened, b.job.reply = append(b.job.opened, t.entry), append(b.job.reply, t.reply)
		b.held = append(b.held, t.entry)
	}
	return nil
}

// finish puts what is told in the order of the bundle, and keeps what was refused.
func (b *grown) finish() {
	order := make([]int, len(b.job.index.Opened))
	for i := range order {
		order[i] = i
	}
	opened, entries, replies := b.job.index.Opened, b.job.opened, b.job.reply
	slices.SortFunc(order, func(x, y int) int { return cmp.Compare(opened[x].ID, opened[y].ID) })
	b.job.index.Opened, b.job.opened, b.job.reply = nil, nil, nil
	for _, i := range order {
		b.job.index.Opened = append(b.job.index.Opened, opened[i])
		b.job.opened, b.job.reply = append(b.job.opened, entries[i]), append(b.job.reply, replies[i])
	}
	slices.SortFunc(b.wrong, func(x, y dossier.Failed) int { return cmp.Compare(x.ID, y.ID) })
	b.job.index.Failed = b.wrong
	if err := b.keepFailures(); err != nil && b.ctx.Err() == nil {
		b.stop(err)
	}
}

// failuresAtOnce is how many failures one transaction keeps.
const failuresAtOnce = 1000

// keepFailures keeps why testimonies are not in the workspace.
func (b *grown) keepFailures() error {
	payloads := make(map[string]string, len(b.wrong))
	for i := range b.job.bundle.Manifest.Testimonies {
		e := &b.job.bundle.Manifest.Testimonies[i]
		payloads[e.ID] = hex.EncodeToString(e.PayloadSum[:])
	}
	for some := range slices.Chunk(b.wrong, failuresAtOnce) {
		var writes []workspace.Write
		for _, f := range some {
			write, err := workspace.Failed{ID: f.ID, Payload: payloads[f.ID], Reason: string(f.Reason), Detail: f.Detail, Bundle: b.sum, Day: b.today}.Write()
			if err != nil {
				return err
			}
			writes = append(writes, write)
		}
		if err := b.Put(writes...); err != nil {
			return fmt.Errorf("%w: %w", workspace.ErrWrite, err)
		}
	}
	return nil
}
