package operator

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"amana/internal/backup"
	"amana/internal/cli"
	"amana/internal/durable"
	"amana/vault"

	"filippo.io/age"
)

// backing is a backup on its way.
type backing struct {
	ctx     context.Context
	state   State
	from    reader
	besides map[string][]byte // files taken along, by their names in it

	sum       backup.Summary
	written   hash.Hash // of the bytes of the file
	size      int64
	damaged   []vault.Finding
	letters   int   // replies that are damaged
	noRosters error // why there are none in it, if so
}

// Write counts and hashes what goes to the file.
func (b *backing) Write(p []byte) (int, error) {
	b.size += int64(len(p))
	return b.written.Write(p)
}

// write writes the backup to a file.
func (b *backing) write(out *durable.File, recipients []age.Recipient) error {
	u, err := b.from.Usage(b.ctx)
	if err != nil {
		return fmt.Errorf("count testimonies: %w", err)
	}
	b.written = sha256.New()
	buffered := bufio.NewWriterSize(io.MultiWriter(out, b), 256<<10)
	to := io.WriteCloser(nopCloser{buffered})
	if len(recipients) > 0 {
		if to, err = age.Encrypt(buffered, recipients...); err != nil {
			return fmt.Errorf("encrypt the backup: %w", err)
		}
	}
	vkey, err := b.state.vkeyOf()
	if err != nil {
		return err
	}
	w, err := backup.NewWriter(to, backup.Head{Made: today(), Server: vkey})
	if err != nil {
		return err
	}
	bar := cli.NewProgress(os.Stderr, "backing up", u.Bytes)
	defer bar.Done()
	for _, step := range []func(*backup.Writer) error{
		func(w *backup.Writer) error { return b.testimonies(w, bar) },
		b.purged, b.replies,
		// After the testimonies: the newest roster must not be older than one of them.
		b.rosters, b.server, b.files,
	} {
		if err := step(w); err != nil {
			return err
		}
	}
	if b.sum, err = w.Close(); err != nil {
		return err
	}
	return errors.Join(to.Close(), buffered.Flush())
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// testimonies writes all there are, in the order of their ids.
func (b *backing) testimonies(w *backup.Writer, bar *cli.Progress) error {
	for after := (vault.ID{}); ; {
		records, err := b.from.Records(b.ctx, after, headersPage)
		if err != nil {
			return fmt.Errorf("list testimonies: %w", err)
		}
		for i := range records {
			if err := b.testimony(w, &records[i], bar); err != nil {
				return err
			}
		}
		if len(records) < headersPage {
			return nil
		}
		after = records[len(records)-1].ID
	}
}

// mostChanged is how often a testimony is begun anew because its header changed between
// two looks at it.
const mostChanged = 5

// testimony writes one, as it is now. One that is gone by now is left out without a
// word, one that is damaged is named.
func (b *backing) testimony(w *backup.Writer, rec *vault.Record, bar *cli.Progress) error {
	for range mostChanged {
		payload, err := b.payload(rec)
		if err == nil {
			err = w.Testimony(rec, bar.Reader(payload))
			payload.Close()
			if err == nil || !errors.Is(err, backup.ErrPayload) {
				return err
			}
		}
		if b.ctx.Err() != nil {
			return b.ctx.Err()
		}
		// Whatever kept it from being read is its own fault only if the vault still
		// answers.
		now, there, gone := lookAgain(b.ctx, b.from, rec.ID)
		switch {
		case gone != nil:
			return errors.Join(err, gone)
		case !there:
			return nil
		case errors.Is(err, errOtherHeader) && !bytes.Equal(now.Header, rec.Header):
			*rec = now
		default:
			b.damaged = append(b.damaged, vault.Finding{ID: rec.ID, Problem: err.Error()})
			return nil
		}
	}
	return cli.Hint(fmt.Errorf("testimony %s has another header each time", rec.ID), "something is imported just now; make the backup again")
}

var errOtherHeader = errors.New("it has another header")

// payload opens the payload of a testimony, behind the header that the record tells of.
func (b *backing) payload(rec *vault.Record) (io.ReadCloser, error) {
	r, err := b.from.Open(b.ctx, rec.ID)
	if err != nil {
		return nil, err
	}
	header := make([]byte, len(rec.Header))
	if _, err = io.ReadFull(r, header); err == nil && !bytes.Equal(header, rec.Header) {
		err = errOtherHeader
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

func (b *backing) purged(w *backup.Writer) error {
	return eachPurged(b.ctx, b.from, w.Purged)
}

// eachPurged calls fn for the ids of all that was purged, some at a time, in order.
func eachPurged(ctx context.Context, from vault.Reader, fn func([]vault.ID) error) error {
	for after := (vault.ID{}); ; {
		ids, err := from.Purged(ctx, after, backup.PurgedAtOnce)
		if err != nil {
			return fmt.Errorf("list what was purged: %w", err)
		}
		if err := fn(ids); err != nil {
			return err
		}
		if len(ids) < backup.PurgedAtOnce {
			return nil
		}
		after = ids[len(ids)-1]
	}
}

func (b *backing) replies(w *backup.Writer) (err error) {
	b.letters, err = eachReply(b.ctx, b.from, w.Replies)
	return err
}

func (b *backing) rosters(w *backup.Writer) error {
	rosters := b.state.readRosters(vault.Usage{})
	_, b.noRosters = rosters.get()
	for _, r := range rosters.all() {
		if err := w.Roster(r.Epoch, r.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// server writes the server's own files.
func (b *backing) server(w *backup.Writer) error {
	for _, name := range serverFiles {
		data, err := os.ReadFile(b.state.path(name))
		if err != nil {
			return fmt.Errorf("read the server's key: %w", err)
		}
		if err := w.File(backup.ServerFolder+"/"+name, data); err != nil {
			return err
		}
	}
	return nil
}

// serverFiles are those of the state that stand in a backup as they are, in order.
var serverFiles = []string{bundleKeyFile, bundlePubFile}

func (b *backing) files(w *backup.Writer) error {
	for _, name := range names(b.besides) {
		if err := w.File(name, b.besides[name]); err != nil {
			return err
		}
	}
	return nil
}

// partial says that replies were left out, if some were.
func (b *backing) partial() error {
	if b.letters == 0 {
		return nil
	}
	return &cli.Error{Err: fmt.Errorf("%s damaged, and not in the file", cli.Count(b.letters, "reply is", "replies are")), Code: cli.ExitPartial,
		Hint: "the reviewers can write replies again; run amana-intake check"}
}

// verify reads the file again, from the disk as far as that can be had.
func (b *backing) verify(out *durable.File, encrypted bool) error {
	if err := out.Sync(); err != nil {
		return fmt.Errorf("flush the backup: %w", err)
	}
	durable.Uncache(out.File)
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the backup again: %w", err)
	}
	bar := cli.NewProgress(os.Stderr, "reading again", b.size)
	defer bar.Done()
	again := sha256.New()
	from := io.TeeReader(bar.Reader(io.NopCloser(contextReader{b.ctx, out})), again)
	var err error
	if encrypted {
		_, err = io.CopyBuffer(io.Discard, from, make([]byte, 256<<10))
	} else {
		var sum backup.Summary
		if _, sum, err = backup.Read(bufio.NewReaderSize(from, 256<<10), backup.Nothing{}); err == nil && sum != b.sum {
			err = errors.New("it says something else")
		}
	}
	if b.ctx.Err() != nil {
		return b.ctx.Err()
	}
	if err == nil && !bytes.Equal(again.Sum(nil), b.written.Sum(nil)) {
		err = errors.New("it differs")
	}
	if err != nil {
		return &cli.Error{Err: fmt.Errorf("the disk or stick did not keep the backup as it was written: %w", err), Code: cli.ExitDamaged,
			Hint: "nothing was left on it; use another"}
	}
	return nil
}

// contextReader ends with its context.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
