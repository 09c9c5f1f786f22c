package reviewer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/custody"
	"amana/internal/roster"
)

// anew reads the headers from the beginning.
func (o *outgoing) anew() (*headers, error) {
	if _, err := o.headers.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read headers: %w", err)
	}
	in, err := carry.ReadParts(o.headers, o.size)
	if err != nil {
		return nil, partsError(err)
	}
	h := &headers{in: in, key: o.key, chain: o.chain}
	for _, p := range in.Manifest().Parts {
		h.total += p.Size
	}
	return h, nil
}

// anyDue tells whether there is a header for which due says so.
func (o *outgoing) anyDue(due func(*carry.HeaderEntry) bool) (bool, error) {
	h, err := o.anew()
	if err != nil {
		return false, err
	}
	for {
		part, err := h.in.Next()
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, partsError(err)
		}
		for e, err := range carry.ParseHeaders(part) {
			if err != nil {
				return false, partsError(err)
			}
			if due(&e) {
				return true, nil
			}
		}
	}
}

// sweep carries the headers through a task and writes what came of it, if anything.
// What was left out is told at the end.
func (o *outgoing) sweep(ctx context.Context, folder, name string, t task) error {
	h, err := o.anew()
	if err != nil {
		return err
	}
	h.out, h.work = filepath.Join(folder, name), filepath.Join(o.stick, "."+outboxPrefix+string(t.kind)+".partial")
	if err := os.Mkdir(h.work, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("make work folder: %w", err)
	}
	if info, err := os.Lstat(h.work); err != nil || !info.IsDir() {
		return cli.Hint(fmt.Errorf("%s is not a folder", h.work), "move it away; its name is needed while the file is made")
	}
	s, parts, err := h.sweep(ctx, t, o.key, o.newest())
	if err != nil {
		return err
	}
	o.left = joined(o.left, s.verdict(h.in.Manifest().Testimonies))
	if s.done > 0 {
		if err := h.write(ctx, t.kind, s.work, parts); err != nil {
			return err
		}
		if err := o.add(folder, name, s.done); err != nil {
			return err
		}
		event, err := headerEvent(t.kind, s.work, parts, o.newest())
		if err != nil {
			return err
		}
		o.events = append(o.events, event)
		fmt.Fprintf(o.stdout, t.done+"\n", s.done, h.in.Manifest().Testimonies)
	}
	return s.work.remove()
}

// headerEvent tells of the headers that were made or tried.
func headerEvent(kind carry.Kind, work *workFolder, parts []int, to *roster.Signed) (custody.Event, error) {
	e := custody.Event{Act: custody.Rewrapped, Purpose: "new reviewers", Recipient: fmt.Sprintf("the %d reviewers of roster %d", len(to.Reviewers), to.Epoch), Detail: "the hash is that of the new header"}
	if kind == carry.Confirmation {
		e.Act = custody.Confirmed
	}
	add := func(id [16]byte, sum [32]byte) {
		e.Subjects = append(e.Subjects, custody.Subject{Testimony: hex.EncodeToString(id[:]), Hash: hex.EncodeToString(sum[:])})
	}
	for _, n := range parts {
		part, err := work.read(n)
		if err != nil {
			return e, err
		}
		if kind == carry.Confirmation {
			for c, err := range carry.ParseConfirmed(part) {
				if err != nil {
					return e, err
				}
				add(c.ID, c.Header)
			}
			continue
		}
		for s, err := range carry.ParseSlips(part) {
			if err != nil {
				return e, err
			}
			add(s.ID, sha256.Sum256(s.Header))
		}
	}
	return e, nil
}
