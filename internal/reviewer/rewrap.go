package reviewer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/keyfile"
	"amana/internal/rewrap"
	"amana/internal/roster"

	"filippo.io/age"
)

// rewrapCommand makes slips: for each testimony a header for the reviewers of a
// new roster.
type rewrapCommand struct {
	headersFlags
	Roster string `name:"roster" required:"" placeholder:"FILE" type:"path" help:"The new roster, as an administrator gave it to you."`
	Out    string `short:"o" name:"slips" required:"" placeholder:"FILE" type:"path" help:"The file to make; it must not exist yet. Stopped, run the same command again to go on."`
	Yes    bool   `name:"yes" help:"Do not ask whether the new reviewers are the right ones: they have been compared."`
}

// Run shows who will be able to read before it lets them.
func (c *rewrapCommand) Run(ctx context.Context, stdout io.Writer) error {
	file, _, err := cli.OpenFile("roster", c.Roster)
	if err != nil {
		return err
	}
	defer file.Close()
	h, err := c.open(ctx, c.Out)
	if err != nil {
		return err
	}
	defer h.close()
	given, err := readRoster(file, c.Roster)
	if err != nil {
		return err
	}
	newest := h.newest()
	if given.Sum() != newest.Sum() {
		return cli.Refused(fmt.Errorf("%s is roster %d (%s…), and the server's newest is roster %d (%s…)",
			c.Roster, given.Epoch, given.SHA256()[:8], newest.Epoch, newest.SHA256()[:8]),
			"let the operator import the new roster first, and export the headers then; or get the newest roster from an administrator")
	}
	if err := speaksFor(h.key, newest); err != nil {
		return err
	}
	if err := h.askReaders(ctx, stdout, c.Yes || c.Pin != ""); err != nil {
		return err
	}
	t, err := slips(h.key, newest)
	if err != nil {
		return err
	}
	return h.run(ctx, stdout, t)
}

// slips is the task of making headers for the reviewers of a roster.
func slips(key *keyfile.Key, newest *roster.Signed) (task, error) {
	to, ids := newest.Recipients(), key.Identities
	wrapper, err := rewrap.New(ids, to)
	if err != nil {
		return task{}, err
	}
	return task{
		kind: carry.Slips, what: "rewrapping", done: "rewrapped the headers of %d of %d testimonies",
		most: slipBytes * (1 + len(to)),
		entry: func(out []byte, e carry.HeaderEntry, known made) ([]byte, error) {
			return slip(out, e, known, wrapper, ids, len(to))
		},
		index: func(part []byte) (made, error) {
			m := make(made)
			for e, err := range carry.ParseSlips(part) {
				if err != nil {
					return nil, err
				}
				m[e.ID] = carry.AppendSlipEntry(nil, e)
			}
			return m, nil
		},
		next: "give it to the operator (amana-intake import); " + whoConfirms(newest),
	}, nil
}

// whoConfirms says who may confirm what is made for a roster.
func whoConfirms(newest *roster.Signed) string {
	if len(newest.Reviewers) == 1 {
		return "then confirm the new headers yourself: there is no other reviewer"
	}
	return "another reviewer than you must confirm the new headers then"
}

// slipBytes is more than a slip takes for each reviewer, and than the rest of it.
const slipBytes = 1600

// slip appends the slip of one testimony. A header that waits already is made
// anew: another reviewer made it, and perhaps so that not all can open it.
func slip(out []byte, e carry.HeaderEntry, known made, wrapper *rewrap.Wrapper, ids []*age.HybridIdentity, readers int) ([]byte, error) {
	replaces := sha256.Sum256(e.Header)
	if before := known[e.ID]; before != nil {
		for s, err := range carry.ParseSlips(before) {
			if err == nil && s.Replaces == replaces && rewrap.Confirm(e.Header, s.Header, ids, readers) == nil {
				return append(out, before...), nil
			}
		}
	}
	header, err := wrapper.Header(e.Header)
	if errors.Is(err, rewrap.ErrNotOurs) && e.NextEpoch != 0 {
		// A key that joined in between opens only the header that waits. Whether
		// that one is the same testimony's, its file key must show.
		n, _, countErr := carry.CountRecipients(e.Next)
		if countErr == nil && rewrap.Confirm(e.Header, e.Next, ids, n) == nil {
			header, err = wrapper.Header(e.Next)
		}
	}
	if err != nil {
		return out, err
	}
	return carry.AppendSlipEntry(out, carry.SlipEntry{ID: e.ID, Replaces: replaces, Header: header}), nil
}

// confirmCommand proves that the headers that wait open.
type confirmCommand struct {
	headersFlags
	Out string `short:"o" name:"confirmation" required:"" placeholder:"FILE" type:"path" help:"The file to make; it must not exist yet."`
}

// Run signs for each new header that opens with this key and holds the file key
// of the header that it is to replace.
func (c *confirmCommand) Run(ctx context.Context, stdout io.Writer) error {
	h, err := c.open(ctx, c.Out)
	if err != nil {
		return err
	}
	defer h.close()
	newest := h.newest()
	if err := speaksFor(h.key, newest); err != nil {
		return err
	}
	return h.run(ctx, stdout, confirmation(h.key, newest))
}

// confirmation is the task of proving that new headers open.
func confirmation(key *keyfile.Key, newest *roster.Signed) task {
	ids, n := key.Identities, len(newest.Reviewers)
	return task{
		kind: carry.Confirmation, what: "confirming", done: "confirmed the new headers of %d of %d testimonies",
		most: 80,
		entry: func(out []byte, e carry.HeaderEntry, _ made) ([]byte, error) {
			if e.NextEpoch == 0 {
				return out, errors.New("it has no new header yet: rewrap it first")
			}
			if e.NextEpoch != newest.Epoch {
				return out, fmt.Errorf("its new header is for roster %d, not for the newest: rewrap it again", e.NextEpoch)
			}
			if err := rewrap.Confirm(e.Header, e.Next, ids, n); err != nil {
				return out, fmt.Errorf("its new header is no good: %w", err)
			}
			return carry.AppendConfirmedEntry(out, carry.ConfirmedEntry{ID: e.ID, Replaces: sha256.Sum256(e.Header), Header: sha256.Sum256(e.Next)}), nil
		},
		next: "give it to the operator (amana-intake import)",
	}
}
