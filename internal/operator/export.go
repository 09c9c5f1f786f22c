package operator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/durable"
	"amana/vault"

	"golang.org/x/mod/sumdb/note"
)

// Export writes a bundle to be carried to the reviewers.
type Export struct {
	Out string `short:"o" required:"" type:"path" help:"File to write; it must not exist."`
}

// pageSize is how many records are asked for at once.
const pageSize = 500

// Run writes under a temporary name; the bundle has its name only when it is
// whole. A testimony that is damaged in the vault is left out and named, so
// that one bad block does not hold back all others.
func (c *Export) Run(ctx context.Context, state State, stdout io.Writer) error {
	if _, err := os.Lstat(c.Out); err == nil {
		return cli.Hint(fmt.Errorf("%s is there already", c.Out), "nothing is ever overwritten; choose another name with -o")
	}
	from, err := state.open(ctx)
	if err != nil {
		return err
	}
	defer from.Close()
	signer, vkey, err := state.signer()
	if err != nil {
		return err
	}
	manifest, err := c.manifest(ctx, state, from)
	if err != nil {
		return err
	}
	out, err := durable.Create(c.Out, 0o600)
	if err != nil {
		return err
	}
	defer out.Discard()
	damaged, err := c.write(ctx, out, manifest, signer, vkey, from)
	if err != nil {
		return err
	}
	if err := out.Commit(); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "wrote %d testimonies, %s, to %s\n", len(manifest.Testimonies), sizeOf(manifest), c.Out)
	if len(damaged) > 0 {
		for _, id := range damaged {
			fmt.Fprintf(stdout, "left out: testimony %s is damaged\n", id)
		}
		return &cli.Error{
			Err:  fmt.Errorf("%d testimonies are damaged and were left out", len(damaged)),
			Hint: "keep a copy of the whole state folder before anything else, then run amana-intake check",
			Code: cli.ExitPartial,
		}
	}
	return nil
}

// signer reads the key that signs bundles.
func (s State) signer() (note.Signer, string, error) {
	skey, err := os.ReadFile(s.path(bundleKeyFile))
	if err != nil {
		return nil, "", fmt.Errorf("read key that signs bundles: %w", err)
	}
	vkey, err := os.ReadFile(s.path(bundlePubFile))
	if err != nil {
		return nil, "", fmt.Errorf("read key that signs bundles: %w", err)
	}
	signer, err := note.NewSigner(string(bytes.TrimSpace(skey)))
	if err != nil {
		return nil, "", fmt.Errorf("read key that signs bundles: %s is damaged", s.path(bundleKeyFile))
	}
	return signer, string(bytes.TrimSpace(vkey)), nil
}

// manifest lists what is in the vault now. What arrives later waits for the
// next bundle.
func (c *Export) manifest(ctx context.Context, state State, from vault.Reader) (*carry.Manifest, error) {
	list, err := state.reviewers()
	if err != nil {
		return nil, err
	}
	m := &carry.Manifest{
		Made:       time.Now().UTC().Format(time.DateOnly),
		Recipients: []carry.List{{Epoch: list.Epoch, Text: list.Text}},
	}
	var after vault.ID
	for {
		records, err := from.Records(ctx, after, pageSize)
		if err != nil {
			return nil, fmt.Errorf("list testimonies: %w", err)
		}
		for _, r := range records {
			m.Testimonies = append(m.Testimonies, carry.Entry{
				ID: r.ID.String(), Day: r.Day, Epoch: r.Epoch,
				HeaderSize: int64(len(r.Header)), HeaderSum: sha256.Sum256(r.Header),
				PayloadSize: r.PayloadSize, PayloadSum: r.PayloadSum,
			})
		}
		if len(records) < pageSize {
			break
		}
		after = records[len(records)-1].ID
	}
	if len(m.Testimonies) == 0 {
		return nil, cli.Hint(errors.New("there is no testimony yet"), "no bundle was written")
	}
	return m, nil
}

// write writes the bundle; when a testimony turns out damaged it begins again
// without it. It returns the ids left out, which are gone from m too.
func (c *Export) write(ctx context.Context, out *durable.File, m *carry.Manifest, signer note.Signer, vkey string, from vault.Reader) ([]string, error) {
	var damaged []string
	for {
		bar := cli.NewProgress(os.Stderr, "exporting", int64(sizeOf(m)))
		last := ""
		err := carry.WriteBundle(ctx, out, m, signer, vkey, func(e carry.Entry) (io.ReadCloser, error) {
			last = e.ID
			id, err := vault.ParseID(e.ID)
			if err != nil {
				return nil, err
			}
			r, err := from.Open(ctx, id)
			if err != nil {
				return nil, err
			}
			return bar.Reader(r), nil
		})
		bar.Done()
		if err == nil || ctx.Err() != nil || !errors.Is(err, carry.ErrDamaged) {
			return damaged, err
		}
		damaged = append(damaged, last)
		m.Testimonies = without(m.Testimonies, last)
		if len(m.Testimonies) == 0 {
			return nil, &cli.Error{Err: fmt.Errorf("every testimony is damaged: %w", err), Code: cli.ExitDamaged}
		}
		if err := out.Truncate(0); err != nil {
			return nil, fmt.Errorf("begin again: %w", err)
		}
		if _, err := out.Seek(0, io.SeekStart); err != nil {
			return nil, fmt.Errorf("begin again: %w", err)
		}
	}
}

func without(entries []carry.Entry, id string) []carry.Entry {
	var kept []carry.Entry
	for _, e := range entries {
		if e.ID != id {
			kept = append(kept, e)
		}
	}
	return kept
}

func sizeOf(m *carry.Manifest) (n byteSize) {
	for _, e := range m.Testimonies {
		n += byteSize(e.Size())
	}
	return n
}
