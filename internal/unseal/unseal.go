// Package unseal opens sealed testimonies: identities in, authenticated
// testimony out. docs/formats.md describes the envelope.
//
// It is never linked into the server. It trusts nothing inside an envelope, not
// a name, a size or a count, because whoever has the reviewers' public keys can
// make one. It may not write files or touch the network.
package unseal

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"amana/internal/testimony"

	"filippo.io/age"
)

// What can be wrong with an envelope. Errors of this package wrap one of them,
// unless the reading itself failed.
var (
	ErrNotOurs   = errors.New("not sealed to this identity")
	ErrDamaged   = errors.New("damaged")                         // truncated, or bytes changed after sealing
	ErrMalformed = errors.New("not made as a testimony must be") // sealed so: an attack, or not one of ours
	ErrVersion   = errors.New("made by a newer version of Amana; use a newer amana-decrypt")
)

// Envelope is an opened testimony. It is used by one goroutine.
type Envelope struct {
	Testimony testimony.Testimony
	Document  []byte // testimony.json, byte for byte as sealed
	Files     []File // in the order of Testimony.Files

	plain   *plaintext
	entries []*zip.File // Files, testimony.json, manifest.json, padding
}

// File is one of the source's files.
type File struct {
	Entry  string   // its name in the envelope, "files/001.jpg"
	Size   int64    // bytes
	SHA256 [32]byte // promised by the manifest; Extract holds the bytes to it
}

// Open opens the envelope of the given size that r yields. It reads and checks
// everything but the bytes of the files, which [Envelope.Extract] gives.
//
// Its memory is bounded whatever r yields: a few MiB and the two documents.
func Open(r io.ReaderAt, size int64, ids ...age.Identity) (*Envelope, error) {
	plain, total, err := decrypt(r, size, ids)
	if err != nil {
		return nil, fmt.Errorf("open testimony: %w", err)
	}
	e := &Envelope{plain: plain}
	if err := e.open(total); err != nil {
		return nil, fmt.Errorf("open testimony: %w", plain.explain(err))
	}
	return e, nil
}

func (e *Envelope) open(total int64) error {
	var err error
	if e.entries, err = readZip(e.plain, total); err != nil {
		return err
	}
	n := len(e.entries) - 3 // testimony.json, manifest.json, padding
	document, err := readDocument(e.entries[n])
	if err != nil {
		return err
	}
	manifest, err := readDocument(e.entries[n+1])
	if err != nil {
		return err
	}
	sums, err := checkManifest(manifest, e.entries[:n+1])
	if err != nil {
		return err
	}
	if sha256.Sum256(document) != sums[n] {
		return fmt.Errorf("%w: %s is not what the manifest says", ErrMalformed, testimony.TestimonyName)
	}
	e.Document = document
	if err := parseTestimony(document, e.entries[:n], &e.Testimony); err != nil {
		return err
	}
	for i, f := range e.entries[:n] {
		e.Files = append(e.Files, File{f.Name, int64(f.UncompressedSize64), sums[i]})
	}
	return nil
}

// Extract writes the bytes of file i, counted from 0, to w. It returns an error
// unless they are exactly those that were sealed; what was written before an
// error must be thrown away.
func (e *Envelope) Extract(ctx context.Context, i int, w io.Writer) error {
	f := e.Files[i]
	sum := sha256.New()
	if err := e.copyEntry(ctx, i, io.MultiWriter(sum, w)); err != nil {
		return fmt.Errorf("extract %s: %w", f.Entry, err)
	}
	if [32]byte(sum.Sum(nil)) != f.SHA256 {
		return fmt.Errorf("extract %s: %w: it is not what the manifest says", f.Entry, ErrMalformed)
	}
	return nil
}

// CheckPadding reads the padding and returns an error unless it is all zeros,
// so that with every Extract and this nothing in the envelope was left unread.
func (e *Envelope) CheckPadding(ctx context.Context) error {
	if err := e.copyEntry(ctx, len(e.entries)-1, zerosOnly{}); err != nil {
		return fmt.Errorf("check padding: %w", err)
	}
	return nil
}

// zerosOnly accepts zeros.
type zerosOnly struct{}

func (zerosOnly) Write(p []byte) (int, error) {
	for _, c := range p {
		if c != 0 {
			return 0, fmt.Errorf("%w: something is hidden in it", ErrMalformed)
		}
	}
	return len(p), nil
}
