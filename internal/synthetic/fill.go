package synthetic

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"amana/internal/seal"
	"amana/internal/testimony"
	"amana/internal/workspace"

	"filippo.io/age"
)

// perBatch is how many envelopes are put into a workspace at once.
const perBatch = 500

// Seal writes the envelope to out, sealed to the recipients of ids.
func (e *Envelope) Seal(out io.Writer, to []age.Recipient) error {
	w, err := seal.New(out, to)
	if err != nil {
		return err
	}
	for _, f := range e.Files {
		dst, err := w.File(f.Name, f.Type)
		if err != nil {
			return err
		}
		if _, err := dst.Write(f.Data()); err != nil {
			return err
		}
	}
	return w.Close(e.Testimony)
}

// Recipients are those of identities.
func Recipients(ids []*age.HybridIdentity) (to []age.Recipient) {
	for _, id := range ids {
		to = append(to, id.Recipient())
	}
	return to
}

// Fill seals all cases to the recipients of ids, one testimony after the other, and
// adds them to a workspace.
func Fill(ctx context.Context, w *workspace.Workspace, ids []*age.HybridIdentity, all []*Case) error {
	b, n := w.Begin(), 0
	defer func() { b.Discard() }()
	for _, e := range envelopes(all) {
		var sealed bytes.Buffer
		err := e.Seal(&sealed, Recipients(ids))
		if err == nil {
			err = add(ctx, b, e, sealed.Bytes())
		}
		if err != nil {
			return fmt.Errorf("add synthetic testimony: %w", err)
		}
		if n++; n%perBatch == 0 {
			if err := b.Commit(); err != nil {
				return err
			}
			b = w.Begin()
		}
	}
	return b.Commit()
}

func add(ctx context.Context, b *workspace.Batch, e *Envelope, sealed []byte) error {
	ref, document, err := e.record(sealed)
	if err != nil {
		return err
	}
	return b.Add(ctx, ref, document, bytes.NewReader(sealed), nil)
}

// FillFast puts the records of all cases into a workspace without their originals, as
// docs/formats-workspace.md has them: for tests that read no file.
func FillFast(ctx context.Context, w *workspace.Workspace, all []*Case) error {
	var writes []workspace.Write
	for _, e := range envelopes(all) {
		ref, document, err := e.record([]byte("no original of " + e.ID))
		if err != nil {
			return err
		}
		record, err := json.Marshal(ref)
		if err != nil {
			return err
		}
		writes = append(writes, workspace.Write{Shelf: "refs", Key: e.ID, Value: record}, workspace.Write{Shelf: "documents", Key: e.ID, Value: document})
	}
	for some := range slices.Chunk(writes, 2*perBatch) {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := w.Put(some...); err != nil {
			return err
		}
	}
	return nil
}

// envelopes returns those of all cases.
func envelopes(all []*Case) (list []*Envelope) {
	for _, c := range all {
		for _, th := range c.Threads {
			list = append(list, th.Envelopes...)
		}
	}
	return list
}

// record returns what a workspace notes of an envelope, and its document.
func (e *Envelope) record(sealed []byte) (ref workspace.Ref, document []byte, err error) {
	t := e.Testimony
	sum := sha256.Sum256(sealed)
	ref = workspace.Ref{
		ID: e.ID, Kind: t.Kind, Thread: t.Thread, Received: t.Received, Language: t.Language,
		Epoch: t.Roster.Epoch, Size: int64(len(sealed)), SHA256: hex.EncodeToString(sum[:]), Payload: hex.EncodeToString(sum[:]),
		Bundle: bundleSum, Opened: text(lastReceived + 1), Files: []workspace.File{}, Notes: []string{},
	}
	for i, f := range e.Files {
		data := f.Data()
		sum := sha256.Sum256(data)
		file := workspace.File{Entry: fmt.Sprintf("%s%03d.%s", testimony.FilesPrefix, i+1, testimony.Ending(f.Name)), Size: int64(len(data)), SHA256: hex.EncodeToString(sum[:])}
		ref.Files = append(ref.Files, file)
		t.Files = append(t.Files, testimony.File{Entry: file.Entry, Name: f.Name, Type: f.Type})
	}
	document, err = json.Marshal(t)
	return ref, document, err
}

// number reads what text writes.
func number(on string) int {
	var year, month, d int
	fmt.Sscanf(strings.ReplaceAll(on, "-", " "), "%d %d %d", &year, &month, &d)
	return day(year, month, d)
}
