package reviewer

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/durable"
	"amana/internal/keyfile"
)

// ackFlags asks for an acknowledgement of what a bundle gave.
type ackFlags struct {
	Ack string `name:"ack" placeholder:"FILE" type:"path" help:"Also sign for what was opened, so that the server can tell its sources that it was collected: the file to make, which must not exist yet. Give it to the operator."`
}

// acknowledgement is the file on its way; nil if none is asked for. It is begun
// before hostile data is read, because afterwards no file can be.
type acknowledgement struct {
	path string
	out  *durable.File
}

// beginAck begins the file, if one is asked for.
func (c *ackFlags) beginAck() (*acknowledgement, error) {
	if c.Ack == "" {
		return nil, nil
	}
	if err := vacant(c.Ack, "--ack"); err != nil {
		return nil, err
	}
	out, err := durable.Create(c.Ack, 0o600)
	if err != nil {
		return nil, err
	}
	return &acknowledgement{c.Ack, out}, nil
}

// folders are those in which the file gets its name.
func (a *acknowledgement) folders() []string {
	if a == nil {
		return nil
	}
	return []string{filepath.Dir(a.path)}
}

// discard removes what was begun, unless it was finished.
func (a *acknowledgement) discard() {
	if a != nil {
		a.out.Discard()
	}
}

// acknowledgedBytes is the size of an entry.
const acknowledgedBytes = 16 + 32

// finish signs for the testimonies that were opened, for the newest roster of the
// bundle, and returns what to tell the person. It is called when they are on stable
// storage here, and never before: sources are told that reviewers have them. An
// error changes nothing about what was opened.
func (a *acknowledgement) finish(ctx context.Context, m *carry.Manifest, opened []*carry.Entry, key *keyfile.Key) (said string, err error) {
	if a == nil || len(opened) == 0 {
		return "", nil
	}
	if err := a.write(ctx, m, opened, key); err != nil {
		return "", fmt.Errorf("what was opened is there, but it could not be acknowledged: %w", err)
	}
	return fmt.Sprintf("wrote %s, which acknowledges %s; give it to the operator (amana-intake import)\n", cli.OneLine(a.path), parts(len(opened))), nil
}

func (a *acknowledgement) write(ctx context.Context, m *carry.Manifest, opened []*carry.Entry, key *keyfile.Key) error {
	if key.VerifierKey() == "" {
		return cli.Hint(keyfile.ErrNoSigningKey, "open the bundle with a key that amana-keys reviewer new made, or without --ack")
	}
	chain, err := readChain(m.Rosters)
	if err != nil {
		return cli.Refused(fmt.Errorf("the rosters of this bundle are not to be trusted: %w", err), "call the operator and an administrator")
	}
	newest := chain[len(chain)-1]
	if err := speaksFor(key, newest); err != nil {
		return err
	}
	parts := slices.Collect(slices.Chunk(opened, carry.MaxPart/acknowledgedBytes))
	return sign(ctx, a.out, carry.Acknowledgement, key, newest, len(parts), func(i int) ([]byte, error) {
		part := make([]byte, 0, acknowledgedBytes*len(parts[i]))
		for _, e := range parts[i] {
			id, err := idOf(e.ID)
			if err != nil {
				return nil, err
			}
			part = carry.AppendAcknowledgedEntry(part, carry.AcknowledgedEntry{ID: id, Payload: e.PayloadSum})
		}
		return part, nil
	})
}

// joined returns what both errors say; the exit code is that of the first that has
// one.
func joined(first, second error) error {
	switch {
	case first == nil:
		return second
	case second == nil:
		return first
	}
	return fmt.Errorf("%w; %w", first, second)
}
