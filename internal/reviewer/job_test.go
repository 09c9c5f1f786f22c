package reviewer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/dossier"
	"amana/internal/questionnaire"
	"amana/internal/roster"
	"amana/internal/seal"
	"amana/internal/testimony"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// haltingReader ends its context when reading has come to an offset, as Ctrl-C in the
// middle of a testimony would.
type haltingReader struct {
	io.ReaderAt
	at   int64
	stop func()
}

func (s haltingReader) ReadAt(p []byte, off int64) (int, error) {
	if off > s.at && off < 2*s.at {
		s.stop()
	}
	return s.ReaderAt.ReadAt(p, off)
}

// bundleOf returns a bundle of testimonies, each with one file of the given size,
// and the key that opens it.
func bundleOf(t *testing.T, sizes ...int) ([]byte, *age.HybridIdentity) {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	list, err := roster.ParseList(1, []byte(id.Recipient().String()+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := &carry.Manifest{Made: "2026-11-22", Rosters: []carry.List{{Epoch: 1, Text: list.Text}}}
	ages := make(map[string][]byte)
	for i, size := range sizes {
		var sealed bytes.Buffer
		w, err := seal.New(&sealed, []age.Recipient{id.Recipient()})
		if err != nil {
			t.Fatal(err)
		}
		f, err := w.File("film.mp4", "")
		if err != nil {
			t.Fatal(err)
		}
		f.Write(make([]byte, size))
		if err := w.Close(testimony.Testimony{Kind: testimony.First, Thread: strings.Repeat("5c", 16), Language: "ar", Received: "2026-11-22",
			Roster: testimony.Roster{Epoch: 1, SHA256: list.SHA256()}}); err != nil {
			t.Fatal(err)
		}
		data, name := sealed.Bytes(), fmt.Sprintf("%032x", i)
		ages[name] = data
		m.Testimonies = append(m.Testimonies, carry.Entry{ID: name, Day: "2026-11-22", Epoch: 1, HeaderEpoch: 1, HeaderSize: 10,
			HeaderSum: sha256.Sum256(data[:10]), PayloadSize: int64(len(data) - 10), PayloadSum: sha256.Sum256(data[10:])})
	}
	skey, vkey := carry.NewKey()
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	var tar bytes.Buffer
	err = carry.WriteBundle(t.Context(), &tar, m, signer, vkey, func(e carry.Entry) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(ages[e.ID])), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tar.Bytes(), id
}

// newJob opens a bundle for a new folder in dir.
func newJob(t *testing.T, r io.ReaderAt, size int, id age.Identity, dir string) *job {
	t.Helper()
	b, err := carry.OpenBundle(r, int64(size))
	if err != nil {
		t.Fatal(err)
	}
	folder, err := dossier.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(folder.Discard)
	j := &job{bundle: b, folder: folder, keys: []age.Identity{id}}
	j.index.Questions = []*questionnaire.Schema{questionnaire.Builtin()}
	return j
}

// Stopped in the middle of a large file, nothing stays on the disk.
func TestStopped(t *testing.T) {
	tar, id := bundleOf(t, 40<<20)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	j := newJob(t, haltingReader{bytes.NewReader(tar), 20 << 20, cancel}, len(tar), id, dir)
	if err := j.openAll(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("openAll: %v", err)
	}
	// What was begun of the testimony went at once, the folder goes with Discard.
	if left, err := os.ReadDir(j.folder.Partial()); err != nil || len(left) != 1 {
		t.Errorf("in the unfinished folder: %v (%v)", left, err)
	}
	j.folder.Discard()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// worn is a stick with a bad place, which may be pulled out when that is read.
type worn struct {
	io.ReaderAt
	from, to int64
	pulled   bool
	gone     *atomic.Bool // several read at a time
}

func (w worn) ReadAt(p []byte, off int64) (int, error) {
	if bad := off < w.to && off+int64(len(p)) > w.from; bad || w.gone.Load() {
		w.gone.Store(w.pulled)
		return 0, syscall.EIO
	}
	return w.ReaderAt.ReadAt(p, off)
}

// A bad place on the stick costs the testimony that lies in it, not the others.
func TestBadPlace(t *testing.T) {
	const size = 3 << 20
	tar, id := bundleOf(t, size, size, size)
	for name, at := range map[string]int64{"header": int64(len(tar)) / 3, "middle": int64(len(tar)) / 2, "end": int64(len(tar)) * 64 / 100} {
		j := newJob(t, worn{bytes.NewReader(tar), at, at + 512, false, new(atomic.Bool)}, len(tar), id, t.TempDir())
		if err := j.openAll(t.Context()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if len(j.index.Opened) != 2 || len(j.index.Failed) != 1 || j.index.Failed[0].Reason != dossier.Unreadable {
			t.Fatalf("%s: opened %d, failed %+v", name, len(j.index.Opened), j.index.Failed)
		}
		if err := j.finish(); err != nil {
			t.Fatal(err)
		}
		page, err := os.ReadFile(j.indexPath())
		if err != nil || !bytes.Contains(page, []byte("copy the bundle from it with another reader")) ||
			!bytes.Contains(page, []byte("تعذرت قراءتها")) {
			t.Errorf("%s: the page does not say what to do (%v)", name, err)
		}
		var verdict *cli.Error
		if err := j.verdict(); !errors.As(err, &verdict) || verdict.Code != cli.ExitPartial ||
			!strings.Contains(err.Error(), "left out: 1 of 3 sealed parts is unreadable on this stick") ||
			!strings.Contains(verdict.Hint, "another reader") || !strings.Contains(verdict.Hint, "export it again") {
			t.Errorf("%s: verdict %+v", name, verdict)
		}
	}
}

// A stick that was pulled out ends everything.
func TestPulledOut(t *testing.T) {
	tar, id := bundleOf(t, 3<<20, 3<<20)
	at := int64(len(tar)) * 3 / 4
	j := newJob(t, worn{bytes.NewReader(tar), at, at + 512, true, new(atomic.Bool)}, len(tar), id, t.TempDir())
	if err := j.openAll(t.Context()); !errors.Is(err, syscall.EIO) || errors.Is(err, carry.ErrUnreadable) {
		t.Errorf("openAll: %v", err)
	}
}
