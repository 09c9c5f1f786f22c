package carry

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/note"
)

// WriteParts writes a file of parts of any [Kind], signed by signer, whose verifier key is m.Signer.
//
// The file has len(m.Parts) parts. part returns part i, counted from 0: one entry
// or more, made with the Append functions, at most [MaxPart] bytes together. Each
// is asked for twice, in order: first all to be hashed, then all to be written,
// so that only one is in memory. A second answer that differs from the first
// gives an error wrapping [ErrChanged]. WriteParts sets m.Testimonies and the
// fields of m.Parts.
//
// After an error what was written is no such file. The caller makes w durable.
func WriteParts(ctx context.Context, w io.Writer, m *PartsManifest, signer note.Signer, part func(i int) ([]byte, error)) error {
	if err := writeParts(ctx, w, m, signer, part); err != nil {
		return fmt.Errorf("write %s: %w", m.Kind, err)
	}
	return nil
}

func writeParts(ctx context.Context, w io.Writer, m *PartsManifest, signer note.Signer, part func(i int) ([]byte, error)) error {
	m.Testimonies = 0
	for i := range m.Parts {
		_, p, err := ask(ctx, m.Kind, i, part)
		if err != nil {
			return err
		}
		m.Parts[i] = p
		m.Testimonies += p.Entries
	}
	rosters := sumsOf(m.Rosters)
	signed, err := m.sign(rosters, signer)
	if err != nil {
		return fmt.Errorf("make manifest: %w", err)
	}
	if err := writeMember(w, "manifest", signed); err != nil {
		return err
	}
	for _, list := range m.Rosters {
		if err := writeMember(w, rosterMember(list.Epoch), list.Text); err != nil {
			return err
		}
	}
	for i := range m.Parts {
		data, p, err := ask(ctx, m.Kind, i, part)
		if err != nil {
			return err
		}
		if p != m.Parts[i] {
			return fmt.Errorf("part %d: %w", i+1, ErrChanged)
		}
		if err := writeMember(w, m.Kind.member(i), data); err != nil {
			return err
		}
	}
	if err := writeMember(w, "SHA256SUMS", m.sums(rosters)); err != nil {
		return err
	}
	_, err = w.Write(make([]byte, 2*block))
	return err
}

// ask returns a part and what is to be promised of it.
func ask(ctx context.Context, kind Kind, i int, part func(int) ([]byte, error)) ([]byte, Part, error) {
	if err := context.Cause(ctx); err != nil {
		return nil, Part{}, err
	}
	data, err := part(i)
	if err != nil {
		return nil, Part{}, fmt.Errorf("part %d: %w", i+1, err)
	}
	if len(data) < 1 || len(data) > MaxPart {
		return nil, Part{}, fmt.Errorf("part %d has %d bytes, and must have 1 to %d", i+1, len(data), MaxPart)
	}
	n, err := count(kind, data)
	if err != nil {
		return nil, Part{}, fmt.Errorf("part %d: %w", i+1, err)
	}
	return data, Part{Entries: n, Size: int64(len(data)), SHA256: sha256.Sum256(data)}, nil
}

// sums returns SHA256SUMS: the manifest's hashes once more, for sha256sum -c.
func (m *PartsManifest) sums(rosters []sumOf) []byte {
	var b bytes.Buffer
	for _, r := range rosters {
		fmt.Fprintf(&b, "%x  %s\n", r.sum, rosterMember(r.epoch))
	}
	for i, p := range m.Parts {
		fmt.Fprintf(&b, "%x  %s\n", p.SHA256, m.Kind.member(i))
	}
	return b.Bytes()
}
