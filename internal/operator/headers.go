package operator

import (
	"context"
	"errors"
	"fmt"
	"io"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/durable"
	"amana/vault"
)

// exportHeaders writes the headers of the testimonies that are not sealed to
// exactly the reviewers of the newest roster, or of those that are sealed to the
// roster named, for a reviewer to rewrap and another to confirm. Payloads stay.
func (c *Export) exportHeaders(ctx context.Context, state State, from vault.Reader, stdout io.Writer) error {
	u, err := from.Usage(ctx)
	if err != nil {
		return fmt.Errorf("count testimonies: %w", err)
	}
	rosters := state.readRosters(u)
	if err := rosters.check(); err != nil {
		return closed(err)
	}
	newest, same := rosters.Newest(), rosters.readers()
	signer, vkey, err := state.signer()
	if err != nil {
		return err
	}
	pages := &headerPages{ctx: ctx, from: from, wanted: func(r *vault.Record) bool {
		if c.Epoch != nil {
			return r.HeaderEpoch == *c.Epoch
		}
		// Those that wait for the confirmation of a header for the newest
		// roster are in, although a roster before it has the same reviewers.
		return same.wants(r) || r.Next != nil && r.Next.Epoch == newest.Epoch
	}}
	starts, err := pages.plan()
	if err != nil {
		return err
	}
	if len(starts) == 0 {
		return cli.Hint(errors.New("there is nothing to rotate"), "no file was written; amana-intake status says whom testimonies are sealed to")
	}
	m := &carry.PartsManifest{
		Kind: carry.Headers, Made: today(), Signer: vkey, Epoch: newest.Epoch, RosterSum: newest.Sum(),
		Parts: make([]carry.Part, len(starts)),
	}
	for _, s := range rosters.all() {
		m.Rosters = append(m.Rosters, carry.List{Epoch: s.Epoch, Text: s.Bytes()})
	}
	out, err := durable.Create(c.Out, 0o600)
	if err != nil {
		return diskAdvice(err)
	}
	defer out.Discard()
	err = carry.WriteParts(ctx, out, m, signer, func(i int) ([]byte, error) {
		end := vault.ID{}
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		return pages.part(starts[i], end)
	})
	if errors.Is(err, carry.ErrChanged) {
		return cli.Hint(err, "something was imported or withdrawn meanwhile; export again")
	}
	if err == nil {
		err = out.Commit()
	}
	if err != nil {
		return diskAdvice(err)
	}
	var size int64
	for _, p := range m.Parts {
		size += p.Size
	}
	fmt.Fprintf(stdout, "wrote the headers of %s, %s, to %s\n", parts(m.Testimonies), byteSize(size), c.Out)
	fmt.Fprintf(stdout, "their payloads stay here; the headers are for roster %d\n", newest.Epoch)
	return nil
}

// headerPages cuts the records that are wanted into parts. It keeps one page of
// records, and one id for each part.
type headerPages struct {
	ctx    context.Context
	from   vault.Reader
	wanted func(*vault.Record) bool
}

// plan returns the id before which each part begins: the last one that is not in
// it any more, the zero ID for the first.
func (p *headerPages) plan() ([]vault.ID, error) {
	var starts []vault.ID
	size := 0
	var last vault.ID
	err := p.each(vault.ID{}, vault.ID{}, func(r *vault.Record) {
		n := len(carry.AppendHeaderEntry(nil, entryOf(r)))
		if len(starts) == 0 || size+n > carry.MaxPart {
			starts, size = append(starts, last), 0
		}
		size += n
		last = r.ID
	})
	return starts, err
}

// part returns the entries after the id start, up to and with the id end; the
// zero ID as end means all.
func (p *headerPages) part(start, end vault.ID) ([]byte, error) {
	var part []byte
	err := p.each(start, end, func(r *vault.Record) {
		if len(part) <= carry.MaxPart { // what is too large already is refused
			part = carry.AppendHeaderEntry(part, entryOf(r))
		}
	})
	if err == nil && len(part) == 0 {
		err = carry.ErrChanged
	}
	return part, err
}

// headersPage is how many records are asked for at once: each may have two
// headers of 1 MiB.
const headersPage = 50

// each calls fn for every wanted record after start, up to and with end.
func (p *headerPages) each(start, end vault.ID, fn func(*vault.Record)) error {
	for {
		records, err := p.from.Records(p.ctx, start, headersPage)
		if err != nil {
			return fmt.Errorf("list testimonies: %w", err)
		}
		for i := range records {
			r := &records[i]
			if end != (vault.ID{}) && string(r.ID[:]) > string(end[:]) {
				return nil
			}
			if p.wanted(r) {
				fn(r)
			}
		}
		if len(records) < headersPage {
			return nil
		}
		start = records[len(records)-1].ID
	}
}

func entryOf(r *vault.Record) carry.HeaderEntry {
	e := carry.HeaderEntry{ID: r.ID, Sealed: r.Epoch, Epoch: r.HeaderEpoch, Header: r.Header}
	if r.Next != nil {
		e.NextEpoch, e.Next = r.Next.Epoch, r.Next.Header
	}
	return e
}
