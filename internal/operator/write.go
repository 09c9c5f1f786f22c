package operator

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/durable"
	"amana/vault"

	"golang.org/x/mod/sumdb/note"
)

// mostWithdrawn is how often an export begins anew because testimonies were
// withdrawn while it was written.
const mostWithdrawn = 3

// write writes the bundle; when a testimony turns out damaged only now it begins
// again without it. It returns those, which are gone from m too. It begins again also
// without those that were withdrawn meanwhile, of which it says nothing: when a source
// came back is nobody's business.
func (c *Export) write(ctx context.Context, out *durable.File, m *carry.Manifest, signer note.Signer, vkey string, from vault.Reader) ([]vault.Finding, error) {
	var damaged []vault.Finding
	withdrawn := 0
	for {
		bar := cli.NewProgress(os.Stderr, "exporting", int64(sizeOf(m)))
		last := new(reading)
		err := carry.WriteBundle(ctx, out, m, signer, vkey, func(e carry.Entry) (io.ReadCloser, error) {
			*last = reading{}
			if last.id, last.err = vault.ParseID(e.ID); last.err != nil {
				return nil, last.err
			}
			r, err := from.Open(ctx, last.id)
			if err != nil {
				last.err = err
				return nil, err
			}
			last.ReadCloser = bar.Reader(r)
			return last, nil
		})
		bar.Done()
		if err == nil || ctx.Err() != nil || last.err == nil && !errors.Is(err, carry.ErrDamaged) {
			return damaged, err
		}
		// Whatever kept it from being read is its own fault only if the vault
		// still answers.
		if _, gone := from.Usage(ctx); gone != nil {
			return nil, errors.Join(err, gone)
		}
		now, there, gone := lookAgain(ctx, from, last.id)
		switch {
		case gone != nil:
			return nil, errors.Join(err, gone)
		case !there:
			if withdrawn++; withdrawn > mostWithdrawn {
				return nil, cli.Hint(carry.ErrChanged, "testimonies were withdrawn again and again meanwhile; export again")
			}
			if err := dropWithdrawn(ctx, from, m); err != nil {
				return nil, err
			}
		case headerChanged(m, &now):
			return nil, cli.Hint(carry.ErrChanged, "a confirmation was imported meanwhile; nothing is lost: export again")
		default:
			problem := strings.TrimPrefix(err.Error(), "write testimony "+last.id.String()+" to bundle: ")
			damaged = append(damaged, vault.Finding{ID: last.id, Problem: problem})
			m.Testimonies = without(m.Testimonies, last.id.String())
			if len(m.Testimonies) == 0 {
				return nil, allDamaged(err.Error())
			}
		}
		if err := out.Truncate(0); err != nil {
			return nil, fmt.Errorf("begin again: %w", err)
		}
		if _, err := out.Seek(0, io.SeekStart); err != nil {
			return nil, fmt.Errorf("begin again: %w", err)
		}
	}
}

// lookAgain returns the record of a testimony as it is now, if it is still there.
func lookAgain(ctx context.Context, from vault.Reader, id vault.ID) (now vault.Record, there bool, err error) {
	before := id
	for i := len(before) - 1; i >= 0; i-- { // the id before it
		before[i]--
		if before[i] != 0xff {
			break
		}
	}
	records, err := from.Records(ctx, before, 1)
	if err != nil {
		return now, false, fmt.Errorf("look for testimony %s again: %w", id, err)
	}
	if len(records) == 0 || records[0].ID != id {
		return now, false, nil
	}
	return records[0], true, nil
}

// headerChanged tells whether a testimony has another header by now than when m was
// made: then it is not damaged.
func headerChanged(m *carry.Manifest, now *vault.Record) bool {
	i := slices.IndexFunc(m.Testimonies, func(e carry.Entry) bool { return e.ID == now.ID.String() })
	return i >= 0 && m.Testimonies[i].HeaderSum != sha256.Sum256(now.Header)
}

// dropWithdrawn takes out of m what is not in the vault any more.
func dropWithdrawn(ctx context.Context, from vault.Reader, m *carry.Manifest) error {
	kept := make(map[string]bool)
	err := eachRecord(ctx, from, func(r *vault.Record) { kept[r.ID.String()] = true })
	if err != nil {
		return err
	}
	m.Testimonies = slices.DeleteFunc(m.Testimonies, func(e carry.Entry) bool { return !kept[e.ID] })
	if len(m.Testimonies) == 0 {
		return errNothing()
	}
	return nil
}

// reading is the testimony being read, and why it cannot be, if so.
type reading struct {
	io.ReadCloser
	id  vault.ID
	err error
}

// Read implements io.Reader.
func (r *reading) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		r.err = err
	}
	return n, err
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
