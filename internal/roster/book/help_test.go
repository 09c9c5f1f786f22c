package book

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"amana/internal/roster"
)

// office is where rosters are made: two administrators, both of whom sign.
type office struct {
	administrators []roster.Administrator
	signers        []note.Signer
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := new(office)
	for _, name := range []string{"Administrator A", "Administrator B"} {
		skey, vkey, err := note.GenerateKey(rand.Reader, roster.KeyNameAdministrator)
		if err != nil {
			t.Fatal(err)
		}
		signer, err := note.NewSigner(skey)
		if err != nil {
			t.Fatal(err)
		}
		o.administrators = append(o.administrators, roster.Administrator{Name: name, Key: vkey})
		o.signers = append(o.signers, signer)
	}
	return o
}

func newReviewer(t testing.TB, name string) roster.Reviewer {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	_, vkey, err := note.GenerateKey(rand.Reader, roster.KeyNameReviewer)
	if err != nil {
		t.Fatal(err)
	}
	return roster.Reviewer{Name: name, Recipient: id.Recipient(), Key: vkey}
}

// draft returns the roster after another one, or the first one, with reviewers
// of its own.
func (o *office) draft(t testing.TB, previous *roster.Signed) *roster.Roster {
	t.Helper()
	r := &roster.Roster{Epoch: 1, From: "2026-11-22", Until: "2027-05-22", Signatures: 2, Administrators: o.administrators,
		Reviewers: []roster.Reviewer{newReviewer(t, "Reviewer A"), newReviewer(t, "Reviewer B")}}
	if previous != nil {
		r.Epoch, r.Previous = previous.Epoch+1, previous.Sum()
	}
	return r
}

func sign(t testing.TB, r *roster.Roster, signers ...note.Signer) *roster.Signed {
	t.Helper()
	s, err := roster.Draft(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, signer := range signers {
		if s, err = s.Sign(signer); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// chain returns n rosters, in force from 2026-11-22 until 2027-05-22.
func (o *office) chain(t testing.TB, n int) (chain []*roster.Signed) {
	t.Helper()
	var last *roster.Signed
	for range n {
		last = sign(t, o.draft(t, last), o.signers...)
		chain = append(chain, last)
	}
	return chain
}

const today = "2026-12-01"

// content is what stands in a folder, by name; a folder in it is "folder".
func content(t testing.TB, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		if e.IsDir() {
			files[e.Name()] = "folder"
			continue
		}
		data, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(data)
	}
	return files
}

// lay makes a folder with the given content.
func lay(t testing.TB, files map[string]string) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "rosters")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// files returns what a book of a chain holds.
func files(chain []*roster.Signed) map[string]string {
	newest := chain[len(chain)-1]
	all := map[string]string{"pin": fmt.Sprintf("first %s\nnewest %d %s\n", chain[0].SHA256(), newest.Epoch, newest.SHA256())}
	for _, s := range chain {
		all[fmt.Sprintf("%d.txt", s.Epoch)] = string(s.Bytes())
	}
	return all
}

func same(t testing.TB, name, folder string, want map[string]string) {
	t.Helper()
	got := content(t, folder)
	if !maps.Equal(got, want) {
		t.Errorf("%s: the folder holds %s, want %s", name, list(got), list(want))
	}
}

func list(files map[string]string) string {
	var s []string
	for name, data := range files {
		s = append(s, fmt.Sprintf("%s (%d bytes)", name, len(data)))
	}
	return strings.Join(s, ", ")
}

func refused(t testing.TB, name string, err, kind error, want string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), want) || len(err.Error()) > 500 {
		t.Errorf("%s: got %v; want %q, wrapping %q", name, err, want, kind)
	}
}
