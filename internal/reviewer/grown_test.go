package reviewer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"amana/internal/carry"
	"amana/internal/dossier"
	"amana/internal/rig"
	"amana/internal/workspace"

	"filippo.io/age"
)

// newWorkspace returns what adds bundles to a new workspace, whose key opens what id
// does.
func newWorkspace(t *testing.T, id *age.HybridIdentity) *growth {
	t.Helper()
	org, err := rig.NewOrg("Reviewer A")
	if err != nil {
		t.Fatal(err)
	}
	key := org.Reviewers[0]
	key.Identities = []*age.HybridIdentity{id}
	w, err := workspace.Create(filepath.Join(t.TempDir(), "work"), key.Identities)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	g, err := newGrowth(&session{w, key}, &trustFlags{}, false)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// originals returns how many originals are in a workspace, and fails the test if one
// was only begun.
func originals(t *testing.T, g *growth) (n int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(g.Path(), "originals"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
			if strings.Contains(path, "partial") {
				t.Errorf("%s is left", path)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Stopped in the middle of a large testimony, what was opened before is kept, nothing
// of that one is, and the next run goes on.
func TestGrowthStopped(t *testing.T) {
	tar, id := bundleOf(t, 100_000, 40<<20)
	g := newWorkspace(t, id)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b, err := g.add(ctx, haltingReader{bytes.NewReader(tar), 20 << 20, cancel}, int64(len(tar)))
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "1 of 2 sealed parts are in the workspace") {
		t.Fatalf("%v", err)
	}
	if n := originals(t, g); n != 1 || len(b.held) != 1 {
		t.Errorf("%d originals, %d held", n, len(b.held))
	}
	if b, err = g.add(t.Context(), bytes.NewReader(tar), int64(len(tar))); err != nil || b.known != 1 || len(b.job.index.Opened) != 1 {
		t.Errorf("the next run: %v, %d known", err, b.known)
	}
	if n := originals(t, g); n != 2 {
		t.Errorf("%d originals", n)
	}
}

// A bad place on the stick, or a changed byte, costs the testimony that it lies in, in
// whatever part, and not the others; and that one is mended by a good copy.
func TestGrowthDamage(t *testing.T) {
	const size = 3 << 20
	tar, id := bundleOf(t, size, size, size)
	changed := bytes.Clone(tar)
	changed[len(tar)/2] ^= 1
	stick := func(at int) io.ReaderAt {
		return worn{bytes.NewReader(tar), int64(at), int64(at) + 512, false, new(atomic.Bool)}
	}
	for name, c := range map[string]struct {
		stick  io.ReaderAt
		reason dossier.Reason
	}{
		"bad header":     {stick(len(tar) / 3), dossier.Unreadable},
		"bad middle":     {stick(len(tar) / 2), dossier.Unreadable},
		"bad end":        {stick(len(tar) * 64 / 100), dossier.Unreadable},
		"changed middle": {bytes.NewReader(changed), dossier.Damaged},
	} {
		g := newWorkspace(t, id)
		b, err := g.add(t.Context(), c.stick, int64(len(tar)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		failed := b.job.index.Failed
		if len(failed) != 1 || failed[0].Reason != c.reason || originals(t, g) != 2 {
			t.Fatalf("%s: failed %+v", name, failed)
		}
		kept, found, err := g.Failure(failed[0].ID)
		if err != nil || !found || kept.Reason != string(c.reason) || kept.Bundle != b.sum {
			t.Errorf("%s: kept %+v %v %v", name, kept, found, err)
		}
		if b, err = g.add(t.Context(), bytes.NewReader(tar), int64(len(tar))); err != nil || b.known != 2 || len(b.job.index.Opened) != 1 || originals(t, g) != 3 {
			t.Errorf("%s: the good copy: %v, %d known", name, err, b.known)
		}
		if _, found, err := g.Failure(failed[0].ID); found || err != nil {
			t.Errorf("%s: it is not mended (%v)", name, err)
		}
	}
}

// A stick that was pulled out ends the bundle, and is blamed on no testimony.
func TestGrowthPulledOut(t *testing.T) {
	tar, id := bundleOf(t, 3<<20, 3<<20)
	at := int64(len(tar)) * 3 / 4
	g := newWorkspace(t, id)
	b, err := g.add(t.Context(), worn{bytes.NewReader(tar), at, at + 512, true, new(atomic.Bool)}, int64(len(tar)))
	if !errors.Is(err, syscall.EIO) || errors.Is(err, carry.ErrUnreadable) || len(b.job.index.Failed) != 0 {
		t.Errorf("%v, failed %v", err, b.job.index.Failed)
	}
	originals(t, g)
}

// A workspace that cannot be written to ends everything, and says so.
func TestGrowthFolderGone(t *testing.T) {
	tar, id := bundleOf(t, 1000)
	g := newWorkspace(t, id)
	folder := filepath.Join(g.Path(), "originals", "00")
	if err := os.WriteFile(folder, nil, 0o600); err != nil { // in the place of the folder
		t.Fatal(err)
	}
	b, err := g.add(t.Context(), bytes.NewReader(tar), int64(len(tar)))
	if !errors.Is(err, workspace.ErrWrite) || len(b.held) != 0 || len(b.job.index.Failed) != 0 {
		t.Errorf("%v, held %d, failed %v", err, len(b.held), b.job.index.Failed)
	}
}
