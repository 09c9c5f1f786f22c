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
