package operator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/admin"
	"amana/internal/cli"
	"amana/internal/rig"
	"amana/vault"
	"amana/vault/bolt"
	"amana/vault/vaulttest"
)

// observed counts what is asked of a vault, and may report a finding of its own.
type observed struct {
	*bolt.Store
	checks, opens int
	finding       *vault.Finding
}

func (o *observed) Check(ctx context.Context, report func(vault.Finding)) error {
	o.checks++
	return o.Store.Check(ctx, report)
}

func (o *observed) CheckRecords(ctx context.Context, report func(vault.Finding)) error {
	if o.finding != nil {
		report(*o.finding)
	}
	return o.Store.CheckRecords(ctx, report)
}

func (o *observed) Open(ctx context.Context, id vault.ID) (io.ReadCloser, error) {
	o.opens++
	return o.Store.Open(ctx, id)
}

// newState makes a state with a testimony for each epoch given, and serves its
// vault.
func newState(t *testing.T, epochs ...uint32) (State, *observed) {
	t.Helper()
	dir := t.TempDir()
	org, err := rig.NewOrg("Reviewer A")
	if err != nil {
		t.Fatal(err)
	}
	var init Init
	for epoch := range max(1, slices.Max(append(epochs, 1))) {
		if epoch > 0 { // others join, so that there is something to rotate
			more, err := rig.NewOrg(fmt.Sprintf("Reviewer %d", epoch))
			if err != nil {
				t.Fatal(err)
			}
			org.Reviewers = append(org.Reviewers, more.Reviewers...)
		}
		next, err := org.Next(rig.Day(0), rig.Day(100))
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, fmt.Sprintf("roster-%d.txt", epoch+1))
		if err := os.WriteFile(file, next.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		init.Roster = append(init.Roster, file)
	}
	state := State{Folder: filepath.Join(dir, "s")}
	if err := init.Run(state, io.Discard); err != nil {
		t.Fatal(err)
	}
	store, err := bolt.Open(state.path(vaultFolder), bolt.Options{Reserve: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	for i, epoch := range epochs {
		p, err := store.Create(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		p.Write(vaulttest.Header(1700, uint64(i)))
		p.Write(vaulttest.Payload(200000, uint64(i)))
		if _, err := p.Commit(vault.Label{Day: "2026-11-22", Epoch: epoch}); err != nil {
			t.Fatal(err)
		}
	}
	o := &observed{Store: store}
	l, err := admin.Listen(state.path(adminSocket))
	if err != nil {
		t.Fatal(err)
	}
	server := admin.NewServer(o, nil, state.letters(), nil)
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return state, o
}

// An export of a sound vault reads each testimony once and never takes the long
// look at all pages.
func TestExportReadsOnce(t *testing.T) {
	state, o := newState(t, 1, 1, 1)
	var said bytes.Buffer
	out := filepath.Join(t.TempDir(), "b.tar")
	if err := (&Export{Out: out}).Run(t.Context(), state, &said); err != nil {
		t.Fatal(err)
	}
	if o.checks != 0 || o.opens != 3 || !strings.HasPrefix(said.String(), "wrote 3 sealed parts, ") {
		t.Errorf("%d checks of everything, %d testimonies read of 3: %s", o.checks, o.opens, said.String())
	}
}

// What is damaged in the vault's files is not said to be left out, and what is
// left out is.
func TestExportSaysWhatIsTrue(t *testing.T) {
	file := vault.Finding{Problem: "the file of payloads is damaged"}
	one := vault.Finding{ID: vault.ID{1}, Problem: "its record is damaged"}
	for name, c := range map[string]struct {
		findings []vault.Finding
		code     int
		want     string
	}{
		"the file": {[]vault.Finding{file, file}, cli.ExitDamaged, "the vault's files are damaged; all that could be listed is in the file, but more may be missing"},
		"one":      {[]vault.Finding{one, one}, cli.ExitPartial, "1 thing is damaged, and not in the file"},
		"both":     {[]vault.Finding{file, one}, cli.ExitPartial, "1 thing is damaged, and not in the file; the vault's files are damaged too, so more may be missing"},
	} {
		var e *cli.Error
		if err := leftOut(io.Discard, c.findings); !errors.As(err, &e) || e.Code != c.code || e.Err.Error() != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	state, o := newState(t, 1, 1)
	o.finding = &file
	var said bytes.Buffer
	err := (&Export{Out: filepath.Join(t.TempDir(), "b.tar")}).Run(t.Context(), state, &said)
	if err == nil || !strings.HasPrefix(said.String(), "wrote 2 sealed parts, ") ||
		!strings.HasSuffix(said.String(), "\ndamaged: the file of payloads is damaged\n") || strings.Contains(said.String(), "left out") {
		t.Errorf("%v\n%s", err, said.String())
	}
}

// With one roster there is nothing to tell apart.
func TestStatusByEpoch(t *testing.T) {
	for want, epochs := range map[string][]uint32{"": {1, 1}, "  sealed to roster 1: 2\n  sealed to roster 2: 1\n": {2, 1, 1}} {
		state, _ := newState(t, epochs...)
		var said bytes.Buffer
		if err := new(Status).Run(t.Context(), state, &said); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(said.String(), "sealed to roster "); got != strings.Count(want, "sealed to roster ") || !strings.Contains(said.String(), want) {
			t.Errorf("want %q in\n%s", want, said.String())
		}
	}
}
