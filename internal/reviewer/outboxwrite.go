package reviewer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/durable"
	"amana/internal/outbox"
	"amana/internal/workspace"
)

// outboxPrefix begins the names of the folders on sticks.
const outboxPrefix = "amana-outbox-"

// run makes the folder in three steps, each on stable storage before the next: all
// files under a name that begins with a dot; the record of them in the workspace; the
// folder's own name. Killed between any two of them, the next run ends it or begins
// anew, and nothing is taken for sent that has no folder.
func (o *outgoing) run(ctx context.Context) error {
	var err error
	if o.due, err = outbox.DueTo(o.Workspace, o.server.Intake, o.again); err != nil {
		return workspaceError(err)
	}
	o.lying()
	if err := speaksFor(o.key, o.newest()); err != nil && (len(o.due.Acknowledge)+len(o.due.Replies) > 0 || o.headers != nil) {
		return err
	}
	today := time.Now().UTC().Format(time.DateOnly)
	name, err := o.name(today)
	if err != nil {
		return err
	}
	o.sent = &outbox.Sent{Folder: name, Day: today, Intake: o.server.Intake, Epoch: o.newest().Epoch}
	partial := o.partial(name)
	if err := os.RemoveAll(partial); err != nil { // what an earlier run left that was killed before its record
		return fmt.Errorf("clear %s: %w", partial, err)
	}
	if err := os.Mkdir(partial, 0o700); err != nil {
		return fmt.Errorf("make folder on stick: %w", err)
	}
	kept := false
	defer func() {
		if !kept {
			os.RemoveAll(partial)
		}
	}()
	if err := o.fill(ctx, partial); err != nil {
		return err
	}
	if len(o.sent.Files) == 0 {
		fmt.Fprintln(o.stdout, "nothing is due to the server; nothing was written")
		return o.left
	}
	if err := durable.SyncTree(partial); err != nil {
		return fmt.Errorf("flush stick: %w", err)
	}
	if err := o.keep(); err != nil {
		return err
	}
	kept = true
	if err := o.finish(o.sent); err != nil {
		return err
	}
	o.print()
	return o.left
}

func (o *outgoing) partial(name string) string { return filepath.Join(o.stick, "."+name+".partial") }

// lying leaves out what is not here: nothing is acknowledged that the reviewers do
// not have, because the server erases what is.
func (o *outgoing) lying() {
	n := len(o.due.Acknowledge)
	o.due.Acknowledge = slices.DeleteFunc(o.due.Acknowledge, func(r workspace.Ref) bool { return !o.Lies(r) })
	if n -= len(o.due.Acknowledge); n > 0 {
		program.Warn("%s not in its place in the workspace, and not acknowledged: open its bundle again", cli.Count(n, "original is", "originals are"))
	}
}

// name returns a name that is free on the stick and in the workspace.
func (o *outgoing) name(today string) (string, error) {
	all, err := outbox.All(o.Workspace)
	if err != nil {
		return "", workspaceError(err)
	}
	for n := 1; n < 10_000; n++ {
		name := outboxPrefix + today
		if n > 1 {
			name += fmt.Sprintf("-%d", n)
		}
		_, err := os.Lstat(filepath.Join(o.stick, name))
		if errors.Is(err, fs.ErrNotExist) && !slices.ContainsFunc(all, func(s *outbox.Sent) bool { return s.Folder == name }) {
			return name, nil
		}
	}
	return "", errors.New("too many folders of today lie on the stick")
}

// fill writes the files that are due.
func (o *outgoing) fill(ctx context.Context, folder string) error {
	if newest := o.newest(); len(o.chain) > o.known && len(o.due.Acknowledge)+len(o.due.Replies) > 0 {
		name := fmt.Sprintf("roster-%d.txt", newest.Epoch)
		if err := durable.WriteFile(filepath.Join(folder, name), newest.Bytes(), 0o600); err != nil {
			return err
		}
		if err := o.add(folder, name, 1); err != nil {
			return err
		}
	}
	if err := o.rewrapAll(ctx, folder); err != nil {
		return err
	}
	if err := o.acknowledge(ctx, folder); err != nil {
		return err
	}
	return o.replies(ctx, folder)
}

// acknowledgedEvent tells of an acknowledgement; its subjects are to be filled in.
func acknowledgedEvent(intake string) custody.Event {
	return custody.Event{Act: custody.Acknowledged, Purpose: "so that the server may tell its source", Recipient: "server " + intake, Detail: "the hash is that of the payload"}
}

// acknowledge writes the acknowledgement.
func (o *outgoing) acknowledge(ctx context.Context, folder string) error {
	if len(o.due.Acknowledge) == 0 {
		return nil
	}
	parts := slices.Collect(slices.Chunk(o.due.Acknowledge, carry.MaxPart/acknowledgedBytes))
	event := acknowledgedEvent(o.server.Intake)
	for _, r := range o.due.Acknowledge {
		o.sent.Acknowledged = append(o.sent.Acknowledged, r.ID)
		event.Subjects = append(event.Subjects, custody.Subject{Testimony: r.ID, Hash: r.Payload})
	}
	o.events = append(o.events, event)
	return o.sign(ctx, folder, "acknowledgement.tar", carry.Acknowledgement, len(o.due.Acknowledge), len(parts), func(i int) ([]byte, error) {
		part := make([]byte, 0, acknowledgedBytes*len(parts[i]))
		for _, r := range parts[i] {
			id, err := idOf(r.ID)
			if err != nil {
				return nil, err
			}
			e := carry.AcknowledgedEntry{ID: id}
			if n, err := hex.Decode(e.Payload[:], []byte(r.Payload)); err != nil || n != len(e.Payload) {
				return nil, fmt.Errorf("%w: the record of %s", workspace.ErrDamaged, r.ID)
			}
			part = carry.AppendAcknowledgedEntry(part, e)
		}
		return part, nil
	})
}

// replies writes the replies that wait.
func (o *outgoing) replies(ctx context.Context, folder string) error {
	if len(o.due.Replies) == 0 {
		return nil
	}
	const most = carry.MaxPart / (36 + carry.MaxReply)
	parts := slices.Collect(slices.Chunk(o.due.Replies, most))
	for _, r := range o.due.Replies {
		o.sent.Replies = append(o.sent.Replies, r.ID)
	}
	return o.sign(ctx, folder, "replies.tar", carry.Replies, len(o.due.Replies), len(parts), func(i int) ([]byte, error) {
		var part []byte
		for _, r := range parts[i] {
			id, err := idOf(r.ID)
			box, err2 := idOf(r.Mailbox)
			if err = joined(err, err2); err != nil {
				return nil, fmt.Errorf("%w: a reply: %w", workspace.ErrDamaged, err)
			}
			part = carry.AppendReplyEntry(part, carry.ReplyEntry{ID: id, Mailbox: box, Sealed: r.Sealed})
		}
		return part, nil
	})
}

// sign writes one signed file of n parts, which has count entries.
func (o *outgoing) sign(ctx context.Context, folder, name string, kind carry.Kind, count, n int, part func(int) ([]byte, error)) error {
	out, err := durable.Create(filepath.Join(folder, name), 0o600)
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := sign(ctx, out, kind, o.key, o.newest(), n, part); err != nil {
		return err
	}
	return o.add(folder, name, count)
}

// add takes a file that was written into the record.
func (o *outgoing) add(folder, name string, count int) error {
	size, sum, err := sumOfFile(filepath.Join(folder, name))
	if err != nil {
		return err
	}
	o.sent.Files = append(o.sent.Files, outbox.File{Name: name, Size: size, SHA256: sum, Count: count})
	return nil
}

// sumOfFile reads a file again. It follows no link and waits for nothing.
func sumOfFile(path string) (size int64, sum string, err error) {
	f, err := os.OpenFile(path, plainly, 0)
	if err != nil {
		return 0, "", fmt.Errorf("read again: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if size, err = io.Copy(h, f); err != nil {
		return 0, "", fmt.Errorf("read again: %w", err)
	}
	return size, hex.EncodeToString(h.Sum(nil)), nil
}

// keep records what is about to leave, with its custody, in one transaction.
func (o *outgoing) keep() error {
	write, err := o.sent.Write()
	if err != nil {
		return err
	}
	carried := custody.Event{Act: custody.Carried, Purpose: "back to the server", Recipient: "server " + o.server.Intake, Detail: "on a stick, in the folder " + o.sent.Folder}
	for _, f := range o.sent.Files {
		carried.Subjects = append(carried.Subjects, custody.Subject{Hash: f.SHA256, Detail: fmt.Sprintf("%s, %d entries", f.Name, f.Count)})
	}
	for _, r := range o.due.Replies {
		carried.Subjects = append(carried.Subjects, custody.Subject{Thread: r.Thread, Detail: "reply " + r.ID})
	}
	if err := o.log.Put(append(o.events, carried), write); err != nil {
		return recordError(err)
	}
	return nil
}
