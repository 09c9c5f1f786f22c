package main

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

	"amana/internal/carry"
	"amana/internal/dossier"
	"amana/internal/roster"
	"amana/internal/seal"
	"amana/internal/testimony"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// stopping ends its context when reading has come to an offset, as Ctrl-C in the
// middle of a testimony would.
type stopping struct {
	io.ReaderAt
	at   int64
	stop func()
}

func (s stopping) ReadAt(p []byte, off int64) (int, error) {
	if off > s.at && off < 2*s.at {
		s.stop()
	}
	return s.ReaderAt.ReadAt(p, off)
}

// Stopped in the middle of a large file, nothing stays on the disk.
func TestStopped(t *testing.T) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	list, err := roster.Parse(1, []byte(id.Recipient().String()+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	var sealed bytes.Buffer
	w, err := seal.New(&sealed, list.Recipients())
	if err != nil {
		t.Fatal(err)
	}
	f, err := w.File("film.mp4", "")
	if err != nil {
		t.Fatal(err)
	}
	f.Write(make([]byte, 40<<20))
	if err := w.Close(testimony.Testimony{Language: "ar", Received: "2026-11-22",
		Roster: testimony.Roster{Epoch: 1, SHA256: list.SHA256()}}); err != nil {
		t.Fatal(err)
	}
	data := sealed.Bytes()
	m := &carry.Manifest{Made: "2026-11-22", Recipients: []carry.List{{Epoch: 1, Text: list.Text}},
		Testimonies: []carry.Entry{{ID: strings.Repeat("0", 32), Day: "2026-11-22", Epoch: 1, HeaderSize: 10,
			HeaderSum: sha256.Sum256(data[:10]), PayloadSize: int64(len(data) - 10), PayloadSum: sha256.Sum256(data[10:])}}}
	skey, vkey := carry.NewKey()
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	var tar bytes.Buffer
	err = carry.WriteBundle(t.Context(), &tar, m, signer, vkey, func(carry.Entry) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	})
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b, err := carry.OpenBundle(stopping{bytes.NewReader(tar.Bytes()), 20 << 20, cancel}, int64(tar.Len()))
	if err != nil {
		t.Fatal(err)
	}
	folder, err := dossier.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	j := &job{bundle: b, folder: folder, keys: []age.Identity{id}}
	if err := j.openAll(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("openAll: %v", err)
	}
	// What was begun of the testimony went at once, the folder goes with Discard.
	if left, err := os.ReadDir(folder.Partial()); err != nil || len(left) != 1 {
		t.Errorf("in the unfinished folder: %v (%v)", left, err)
	}
	folder.Discard()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
