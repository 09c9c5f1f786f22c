package reviewer

import (
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
