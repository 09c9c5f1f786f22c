package operator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/admin"
	"amana/internal/carry"
	"amana/internal/cli"
	"amana/vault"
	"amana/vault/letterbox"
)

// leaving is a vault from which testimonies are withdrawn while others are read.
type leaving struct {
	vault.Reader
	kept    []vault.Record
	at      []int // before which Open, counted from 1, one goes
	opened  int
	midway  bool // it goes while it is read
	leaving int  // of kept, which goes next
}

func (l *leaving) Records(_ context.Context, after vault.ID, limit int) (some []vault.Record, err error) {
	for _, r := range l.kept {
		if bytes.Compare(r.ID[:], after[:]) > 0 && len(some) < limit {
			some = append(some, r)
		}
	}
	return some, nil
}

func (l *leaving) Open(_ context.Context, id vault.ID) (io.ReadCloser, error) {
	l.opened++
	cut := false
	if slices.Contains(l.at, l.opened) {
		// The one that is asked for, or one that comes later.
		i := slices.IndexFunc(l.kept, func(r vault.Record) bool { return r.ID == id }) + l.leaving
		cut = l.midway && l.leaving == 0
		l.kept = slices.Delete(slices.Clone(l.kept), i, i+1)
	}
	switch {
	case cut:
		return io.NopCloser(io.MultiReader(bytes.NewReader(content[:3000]), errReader{io.ErrUnexpectedEOF})), nil
	case !slices.ContainsFunc(l.kept, func(r vault.Record) bool { return r.ID == id }):
		return nil, vault.ErrNotFound
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}

type errReader struct{ err error }

func (r errReader) Read([]byte) (int, error) { return 0, r.err }

func (l *leaving) Usage(context.Context) (vault.Usage, error) { return vault.Usage{}, nil }

func (l *leaving) CheckRecords(context.Context, func(vault.Finding)) error { return nil }

func (l *leaving) Count(context.Context) (int, error) { return 0, nil }

func newLeaving(n int, at ...int) *leaving {
	l := &leaving{at: at}
	sum := sha256.Sum256(content[100:])
	for i := range n {
		l.kept = append(l.kept, vault.Record{ID: vault.ID{byte(i + 1)}, Label: vault.Label{Day: "2026-11-22", Epoch: 1},
			HeaderEpoch: 1, Header: content[:100], PayloadSize: int64(len(content) - 100), PayloadSum: sum})
	}
	return l
}

// What is withdrawn between listing and copying is not in the bundle, which is
// whole, and nothing is said of it; also when the server is asked.
func TestWithdrawnWhileWriting(t *testing.T) {
	for name, c := range map[string]struct {
		vault *leaving
		left  int
	}{
		"the first":      {newLeaving(4, 1), 3},
		"the last":       {newLeaving(4, 4), 3},
		"one after that": {newLeaving(5, 2, 6), 3},
		"three times":    {newLeaving(9, 1, 3, 5), 6},
		"while read":     {&leaving{kept: newLeaving(4).kept, at: []int{2}, midway: true}, 3},
		"one to come":    {&leaving{kept: newLeaving(4).kept, at: []int{2}, leaving: 1}, 3},
	} {
		state, _ := newState(t, 1) // its keys and rosters, with this vault
		os.Remove(state.path(adminSocket))
		l, err := admin.Listen(state.path(adminSocket))
		if err != nil {
			t.Fatal(err)
		}
		server := admin.NewServer(c.vault, nil, c.vault, nil)
		go server.Serve(l)
		path := filepath.Join(t.TempDir(), "b.tar")
		var said bytes.Buffer
		err = (&Export{Out: path}).Run(t.Context(), state, &said)
		server.Close()
		if err != nil || strings.Count(said.String(), "\n") != 1 || strings.Contains(said.String(), "withdrawn") {
			t.Errorf("%s: %v\n%s", name, err, said.String())
			continue
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := carry.OpenBundle(bytes.NewReader(data), int64(len(data)))
		if err != nil || len(b.Manifest.Testimonies) != c.left || len(c.vault.kept) != c.left {
			t.Fatalf("%s: %v; the vault has %d left, want %d", name, err, len(c.vault.kept), c.left)
		}
		for i, e := range b.Manifest.Testimonies {
			check, err := b.Check(i)
			if err == nil {
				err = check.Finish(t.Context())
			}
			if err != nil || e.ID != c.vault.kept[i].ID.String() {
				t.Errorf("%s: testimony %d: %v", name, i, err)
			}
		}
	}
}

// Withdrawn again and again, or all of them: the export ends with a word on what to
// do, and leaves nothing.
func TestWithdrawnTooOften(t *testing.T) {
	for name, c := range map[string]struct {
		vault *leaving
		want  error
		words string
	}{
		"four times": {newLeaving(9, 1, 2, 3, 4), carry.ErrChanged, "export again"},
		"all":        {newLeaving(1, 1), nil, "no bundle was written"},
	} {
		state, _ := newState(t, 1)
		os.Remove(state.path(adminSocket))
		l, err := admin.Listen(state.path(adminSocket))
		if err != nil {
			t.Fatal(err)
		}
		server := admin.NewServer(c.vault, nil, c.vault, nil)
		go server.Serve(l)
		dir := t.TempDir()
		err = (&Export{Out: filepath.Join(dir, "b.tar")}).Run(t.Context(), state, io.Discard)
		server.Close()
		hints, _ := cli.Advice(err)
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(strings.Join(hints, "; "), c.words) {
			t.Errorf("%s: %v (%q)", name, err, hints)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
			t.Errorf("%s: left behind: %v (%v)", name, left, err)
		}
	}
}

func (l *leaving) All(context.Context, [16]byte, [16]byte, int) ([]letterbox.Letter, int, error) {
	return nil, 0, nil
}

func (l *leaving) Purged(context.Context, vault.ID, int) ([]vault.ID, error) { return nil, nil }
