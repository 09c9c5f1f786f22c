package operator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/durable"
	"amana/vault"

	"golang.org/x/mod/sumdb/note"
)

// failing is a vault in which one testimony cannot be read as it was.
type failing struct {
	vault.Reader
	bad    vault.ID
	how    func([]byte) (io.Reader, error)
	answer error // of Usage: whether the vault still answers

	records []vault.Record
}

var content = bytes.Repeat([]byte("sealed"), 1000)

func (f failing) Open(_ context.Context, id vault.ID) (io.ReadCloser, error) {
	if id != f.bad {
		return io.NopCloser(bytes.NewReader(content)), nil
	}
	r, err := f.how(bytes.Clone(content))
	if err != nil {
		return nil, err
	}
	return io.NopCloser(r), nil
}

func (f failing) Usage(context.Context) (vault.Usage, error) { return vault.Usage{}, f.answer }

// What turns out damaged only while it is written is left out as well, in
// whatever way it cannot be read; a vault that is gone ends the export.
func TestDamagedWhileWriting(t *testing.T) {
	disk := errors.New("input/output error")
	for name, how := range map[string]func([]byte) (io.Reader, error){
		"other bytes": func(b []byte) (io.Reader, error) { b[5000] ^= 1; return bytes.NewReader(b), nil },
		"short":       func(b []byte) (io.Reader, error) { return bytes.NewReader(b[:5000]), nil },
		"no payload":  func(b []byte) (io.Reader, error) { return nil, vault.ErrNotFound },
		"breaks off": func(b []byte) (io.Reader, error) {
			return io.MultiReader(bytes.NewReader(b[:5000]), iotest.ErrReader(io.ErrUnexpectedEOF)), nil
		},
		"bad block": func(b []byte) (io.Reader, error) { return iotest.ErrReader(disk), nil },
	} {
		for _, gone := range []error{nil, errors.New("no server")} {
			m := &carry.Manifest{Made: "2026-11-22", Rosters: []carry.List{{Epoch: 1, Text: []byte("list")}}}
			var bad vault.ID
			for i := range 3 {
				id := vault.ID{byte(i + 1)}
				if i == 1 {
					bad = id
				}
				m.Testimonies = append(m.Testimonies, carry.Entry{ID: id.String(), Day: "2026-11-22", Epoch: 1, HeaderEpoch: 1,
					HeaderSize: 100, HeaderSum: sha256.Sum256(content[:100]),
					PayloadSize: int64(len(content) - 100), PayloadSum: sha256.Sum256(content[100:])})
			}
			skey, vkey := carry.NewKey()
			signer, err := note.NewSigner(skey)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "b.tar")
			out, err := durable.Create(path, 0o600)
			if err != nil {
				t.Fatal(err)
			}
			damaged, err := new(Export).write(t.Context(), out, m, signer, vkey, failing{bad: bad, how: how, answer: gone, records: []vault.Record{{ID: bad, Header: content[:100]}}})
			if gone != nil {
				if !errors.Is(err, gone) {
					t.Errorf("%s, and the vault is gone: %v", name, err)
				}
				out.Discard()
				continue
			}
			if err != nil || len(damaged) != 1 || damaged[0].ID != bad || damaged[0].Problem == "" {
				t.Errorf("%s: %v, %v", name, damaged, err)
			}
			if err := out.Commit(); err != nil {
				t.Fatal(err)
			}
			whole(t, name, path)
		}
	}
}

// Records implements vault.Reader: what is kept now.
func (f failing) Records(context.Context, vault.ID, int) ([]vault.Record, error) {
	return f.records, nil
}

// A header that was confirmed meanwhile is no damage: the bundle is made anew.
func TestHeaderChangedWhileWriting(t *testing.T) {
	id := vault.ID{1}
	m := &carry.Manifest{Made: "2026-11-22", Testimonies: []carry.Entry{{ID: id.String(), Day: "2026-11-22", Epoch: 1, HeaderEpoch: 1,
		HeaderSize: 100, HeaderSum: sha256.Sum256(content[:100]), PayloadSize: 10}}}
	skey, vkey := carry.NewKey()
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	out, err := durable.Create(filepath.Join(t.TempDir(), "b.tar"), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Discard()
	from := failing{bad: id, records: []vault.Record{{ID: id, Header: content[:99]}},
		how: func(b []byte) (io.Reader, error) { return bytes.NewReader(b[1:]), nil }}
	damaged, err := new(Export).write(t.Context(), out, m, signer, vkey, from)
	if hints, _ := cli.Advice(err); !errors.Is(err, carry.ErrChanged) || len(damaged) != 0 || len(hints) != 1 || !strings.Contains(hints[0], "export again") {
		t.Errorf("write: %v, %v, %q", damaged, err, hints)
	}
}

// whole fails the test unless the two sound testimonies are in a whole bundle.
func whole(t *testing.T, name, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := carry.OpenBundle(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(b.Manifest.Testimonies) != 2 || len(b.Damaged) != 0 {
		t.Fatalf("%s: the bundle does not open with the others: %v", name, err)
	}
	for i := range 2 {
		check, err := b.Check(i)
		if err == nil {
			err = check.Finish(t.Context())
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
