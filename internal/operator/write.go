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

// write writes the bundle; when a testimony turns out damaged only now it begins
// again without it. It returns those, which are gone from m too.
func (c *Export) write(ctx context.Context, out *durable.File, m *carry.Manifest, signer note.Signer, vkey string, from vault.Reader) ([]vault.Finding, error) {
	var damaged []vault.Finding
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
		if changed, gone := headerChanged(ctx, from, m, last.id); changed || gone != nil {
			return nil, errors.Join(gone, cli.Hint(carry.ErrChanged, "a confirmation was imported meanwhile; nothing is lost: export again"))
		}
		problem := strings.TrimPrefix(err.Error(), "write testimony "+last.id.String()+" to bundle: ")
		damaged = append(damaged, vault.Finding{ID: last.id, Problem: problem})
		m.Testimonies = without(m.Testimonies, last.id.String())
		if len(m.Testimonies) == 0 {
			return nil, allDamaged(err.Error())
		}
		if err := out.Truncate(0); err != nil {
			return nil, fmt.Errorf("begin again: %w", err)
		}
		if _, err := out.Seek(0, io.SeekStart); err != nil {
			return nil, fmt.Errorf("begin again: %w", err)
		}
	}
}

// headerChanged tells whether a testimony has another header by now than when m was
// made: then it is not damaged.
func headerChanged(ctx context.Context, from vault.Reader, m *carry.Manifest, id vault.ID) (bool, error) {
	before := id
	for i := len(before) - 1; i >= 0; i-- { // the id before it
		before[i]--
		if before[i] != 0xff {
			break
		}
	}
	records, err := from.Records(ctx, before, 1)
	if err != nil || len(records) == 0 || records[0].ID != id {
		return false, err
	}
	i := slices.IndexFunc(m.Testimonies, func(e carry.Entry) bool { return e.ID == id.String() })
	return i >= 0 && m.Testimonies[i].HeaderSum != sha256.Sum256(records[0].Header), nil
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
