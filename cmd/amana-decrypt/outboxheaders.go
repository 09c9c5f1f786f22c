package main

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

// mostOnStick is how many names on a stick are looked at for a file of headers.
const mostOnStick = 1000

// headersFile opens the headers that were named, or that lie on the stick; nil if
// there are none. It follows no link and waits for no pipe.
func (c *outboxCommand) headersFile() (*os.File, int64, error) {
	if c.Headers != "" {
		return cli.OpenFile("headers", c.Headers)
	}
	dir, err := os.Open(c.Stick)
	if err != nil {
		return nil, 0, fmt.Errorf("look at stick: %w", err)
	}
	defer dir.Close()
	entries, err := dir.ReadDir(mostOnStick)
	if err != nil && err != io.EOF {
		return nil, 0, fmt.Errorf("look at stick: %w", err)
	}
	var found []string
	for _, e := range entries {
		if e.Type().IsRegular() && detected(filepath.Join(c.Stick, e.Name())) == string(carry.Headers) {
			found = append(found, filepath.Join(c.Stick, e.Name()))
		}
	}
	switch len(found) {
	case 0:
		return nil, 0, nil
	case 1:
		program.Say("taking the headers %s", found[0])
		return cli.OpenFile("headers", found[0])
	}
	return nil, 0, cli.Hint(fmt.Errorf("%d files of headers lie on the stick", len(found)), "name the newest with --headers")
}

// detected says what a file says it is.
func detected(path string) string {
	f, _, err := cli.OpenFile("file", path)
	if err != nil {
		return ""
	}
	defer f.Close()
	head := make([]byte, 1536)
	n, _ := io.ReadFull(f, head) // what cannot be read is nothing
	return carry.Detect(head[:n])
}

// take holds a file of headers against what the workspace knows.
func (o *outgoing) take(file *os.File, size int64) error {
	in, err := carry.ReadParts(file, size)
	if err != nil {
		return partsError(err)
	}
	m := in.Manifest()
	const stop = "do not go on with these headers; call the operator and an administrator"
	if m.Kind != carry.Headers {
		return cli.Hint(fmt.Errorf("this holds %s, not headers", m.Kind), "give the file that amana-intake export --headers made")
	}
	if m.Signer != o.server.Intake {
		return cli.Refused(fmt.Errorf("the headers are not signed by the server of this workspace, but by %s", m.Signer), stop)
	}
	chain, err := readChain(m.Rosters)
	if err != nil {
		return cli.Refused(err, stop)
	}
	for i := range min(len(chain), len(o.chain)) {
		if chain[i].Sum() != o.chain[i].Sum() {
			return cli.Refused(fmt.Errorf("roster %d of these headers is another than this workspace knows", i+1), stop)
		}
	}
	if len(chain) < len(o.chain) {
		return cli.Refused(fmt.Errorf("the headers are for roster %d, and the newest is %d", len(chain), len(o.chain)),
			"let the operator import roster "+fmt.Sprint(len(o.chain))+" and export the headers again; for the rest, take the file of headers off the stick")
	}
	if last := chain[len(chain)-1]; last.Epoch != m.Epoch || last.Sum() != m.RosterSum {
		return cli.Refused(errors.New("the headers are for another roster than the newest that comes with them"), "let the operator export the headers again")
	}
	o.chain, o.known, o.headers, o.size = chain, len(chain), file, size
	return nil
}

// rewrapAll makes what the headers ask for: new headers where there are none, and
// proofs that those open which another reviewer made.
func (o *outgoing) rewrapAll(ctx context.Context, folder string) error {
	if o.headers == nil {
		return nil
	}
	newest := o.newest()
	mine, err := o.rewrapped()
	if err != nil {
		return err
	}
	waits := func(e *carry.HeaderEntry) bool { return e.NextEpoch == newest.Epoch }
	t, err := slips(o.key, newest)
	if err != nil {
		return err
	}
	wrap := t.entry
	t.entry = func(out []byte, e carry.HeaderEntry, known made) ([]byte, error) {
		if waits(&e) {
			return out, errNotDue
		}
		return wrap(out, e, known)
	}
	due, err := o.anyDue(func(e *carry.HeaderEntry) bool { return !waits(e) })
	if err != nil {
		return err
	}
	if due {
		h, err := o.anew()
		if err != nil {
			return err
		}
		if err := h.askReaders(ctx, o.stdout, o.compared); err != nil {
			return err
		}
		if err := o.sweep(ctx, folder, "slips.tar", t); err != nil {
			return err
		}
	}
	t = confirmation(o.key, newest)
	prove := t.entry
	t.entry = func(out []byte, e carry.HeaderEntry, known made) ([]byte, error) {
		if !waits(&e) || len(newest.Reviewers) > 1 && mine[sha256.Sum256(e.Next)] {
			return out, errNotDue
		}
		return prove(out, e, known)
	}
	return o.sweep(ctx, folder, "confirmation.tar", t)
}

// rewrapped returns the hashes of the headers that this reviewer has made, which
// another must confirm.
func (o *outgoing) rewrapped() (map[[32]byte]bool, error) {
	mine := make(map[[32]byte]bool)
	for link, err := range o.log.Links() {
		if err != nil {
			return nil, recordError(err)
		}
		if link.Act != custody.Rewrapped || link.Key != o.key.VerifierKey() {
			continue
		}
		for i := range link.Subjects {
			var sum [32]byte
			if n, err := hex.Decode(sum[:], []byte(link.Subjects[i].Hash)); err == nil && n == len(sum) {
				mine[sum] = true
			}
		}
	}
	return mine, nil
}

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
	work, err := openWork(h.work, o.key, t.kind, o.newest())
	if err != nil {
		return err
	}
	progress := cli.NewProgress(os.Stderr, t.what, h.total)
	s := &sweep{in: h.in, work: work, most: t.most, entry: t.entry, index: t.index}
	parts, err := s.run(ctx, progress)
	progress.Done()
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return partsError(err)
	}
	o.left = joined(o.left, s.verdict(h.in.Manifest().Testimonies))
	if s.done > 0 {
		if err := h.write(ctx, t.kind, work, parts); err != nil {
			return err
		}
		if err := o.add(folder, name, s.done); err != nil {
			return err
		}
		event, err := headerEvent(t.kind, work, parts, o.newest())
		if err != nil {
			return err
		}
		o.events = append(o.events, event)
		fmt.Fprintf(o.stdout, t.done+"\n", s.done, h.in.Manifest().Testimonies)
	}
	return work.remove()
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
