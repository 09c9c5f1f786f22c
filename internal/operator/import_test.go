package operator

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/carry"
	"amana/internal/cli"
	"amana/internal/keyfile"
	"amana/internal/rewrap"
	"amana/internal/rig"
	"amana/internal/roster"
	"amana/vault"
	"amana/vault/bolt"
	"amana/vault/vaulttest"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// site is a server with testimonies of before a change: roster 1 has the
// reviewers A, B and H, roster 2 has A, C and H. H is hostile.
type site struct {
	t          *testing.T
	folder     string
	store      *bolt.Store
	in         importer
	org        *rig.Org
	a, b, c, h *keyfile.Key
	one, two   *roster.Signed
	texts      map[vault.ID]string // what was sealed
	old        []carry.HeaderEntry // before anything was rotated
}

// marker stands in what must be refused, where no file of the server may have it.
const marker = "MARKERMARKERMARKER"

func mustOrg(t *testing.T, reviewers ...string) *rig.Org {
	t.Helper()
	org, err := rig.NewOrg(reviewers...)
	if err != nil {
		t.Fatal(err)
	}
	return org
}

func newSite(t *testing.T, testimonies int) *site {
	t.Helper()
	org := mustOrg(t, "Reviewer A", "Reviewer B", "Reviewer H", "Reviewer C")
	s := &site{t: t, org: org, texts: make(map[vault.ID]string)}
	s.a, s.b, s.h, s.c = org.Reviewers[0], org.Reviewers[1], org.Reviewers[2], org.Reviewers[3]
	s.one = s.next(0, 100, s.a, s.b, s.h)
	dir := t.TempDir()
	file := filepath.Join(dir, "one.txt")
	if err := os.WriteFile(file, s.one.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	state := State{Folder: filepath.Join(dir, "s")}
	if err := (&Init{Roster: []string{file}}).Run(state, io.Discard); err != nil {
		t.Fatal(err)
	}
	s.folder = state.Folder
	var err error
	if s.store, err = bolt.Open(state.path(vaultFolder), bolt.Options{Reserve: -1}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.store.Close() })
	letters := state.letters()
	t.Cleanup(func() { letters.Close() })
	s.in = importer{s.store, state.rosters(vault.Usage{}), letters, state.noteDay}
	for i := range testimonies {
		s.seal(fmt.Sprintf("words %d", i))
	}
	s.two = s.next(0, 100, s.a, s.c, s.h)
	s.mustTake("roster 2", s.two.Bytes())
	s.old = s.entries()
	return s
}

// next signs the roster after the newest one.
func (s *site) next(from, until int, reviewers ...*keyfile.Key) *roster.Signed {
	s.t.Helper()
	s.org.Reviewers = reviewers
	r, err := s.org.Next(rig.Day(from), rig.Day(until))
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// seal keeps a testimony for the newest roster.
func (s *site) seal(text string) {
	s.t.Helper()
	newest := s.in.rosters.Newest()
	p, err := s.store.Create(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	w, err := age.Encrypt(p, newest.Recipients()...)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	id, err := p.Commit(vault.Label{Day: rig.Day(0), Epoch: newest.Epoch})
	if err != nil {
		s.t.Fatal(err)
	}
	s.texts[id] = text
}

func (s *site) records() []vault.Record {
	s.t.Helper()
	all, err := vaulttest.All(context.Background(), s.store, 100)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// entries returns the headers as an export carries them.
func (s *site) entries() (all []carry.HeaderEntry) {
	for _, r := range s.records() {
		all = append(all, entryOf(&r))
	}
	return all
}

// good returns the slips that an honest reviewer makes for a roster.
func (s *site) good(by *keyfile.Key, to *roster.Signed) (slips []carry.SlipEntry) {
	s.t.Helper()
	for _, e := range s.entries() {
		slips = append(slips, carry.SlipEntry{ID: e.ID, Replaces: sha256.Sum256(e.Header), Header: s.wrap(e.Header, by, to.Recipients()...)})
	}
	return slips
}

func (s *site) wrap(old []byte, by *keyfile.Key, to ...age.Recipient) []byte {
	s.t.Helper()
	w, err := rewrap.New(by.Identities, to)
	if err != nil {
		s.t.Fatal(err)
	}
	header, err := w.Header(old)
	if err != nil {
		s.t.Fatal(err)
	}
	return header
}

// slips returns a file of slips, two in a part, for a roster, signed by a key.
func (s *site) slips(by *keyfile.Key, to *roster.Signed, slips ...carry.SlipEntry) []byte {
	var parts [][]byte
	for i, e := range slips {
		if i%2 == 0 {
			parts = append(parts, nil)
		}
		parts[len(parts)-1] = carry.AppendSlipEntry(parts[len(parts)-1], e)
	}
	return s.file(carry.Slips, by, to, parts)
}

// confirmation returns what a reviewer signs who confirms those of the new headers
// that are good, as amana-decrypt does; all of them if blindly.
func (s *site) confirmation(by *keyfile.Key, to *roster.Signed, slips []carry.SlipEntry, blindly bool) []byte {
	var part []byte
	for i, e := range slips {
		if blindly || rewrap.Confirm(s.old[i].Header, e.Header, by.Identities, len(to.Reviewers)) == nil {
			part = carry.AppendConfirmedEntry(part, carry.ConfirmedEntry{ID: e.ID, Replaces: e.Replaces, Header: sha256.Sum256(e.Header)})
		}
	}
	if part == nil {
		return nil
	}
	return s.file(carry.Confirmation, by, to, [][]byte{part})
}

func (s *site) file(kind carry.Kind, by *keyfile.Key, to *roster.Signed, parts [][]byte) []byte {
	s.t.Helper()
	signer, err := by.Signer()
	if err != nil {
		s.t.Fatal(err)
	}
	m := &carry.PartsManifest{Kind: kind, Made: rig.Day(0), Signer: by.VerifierKey(), Epoch: to.Epoch, RosterSum: to.Sum(), Parts: make([]carry.Part, len(parts))}
	return s.signed(m, signer, parts)
}

func (s *site) signed(m *carry.PartsManifest, signer note.Signer, parts [][]byte) []byte {
	s.t.Helper()
	var out bytes.Buffer
	if err := carry.WriteParts(context.Background(), &out, m, signer, func(i int) ([]byte, error) { return parts[i], nil }); err != nil {
		s.t.Fatal(err)
	}
	return out.Bytes()
}

// outcome is what a person sees of an import.
type outcome struct {
	said  string
	err   error
	hints string
	code  int
}

func (s *site) take(file []byte) outcome { return s.takeFrom(bytes.NewReader(file), int64(len(file))) }

func (s *site) takeFrom(r io.Reader, size int64) (o outcome) {
	o.err = s.in.Import(context.Background(), r, size, func(line string) { o.said += line + "\n" })
	if o.err != nil {
		hints, code := cli.Advice(o.err)
		o.hints, o.code = strings.Join(hints, "; "), code
	}
	return o
}

func (s *site) mustTake(what string, file []byte) string {
	s.t.Helper()
	o := s.take(file)
	if o.err != nil {
		s.t.Fatalf("%s: %v\n%s", what, o.err, o.said)
	}
	return o.said
}

// wantRefused fails the test unless a file was refused whole, with these words and
// with advice.
func (s *site) wantRefused(what string, o outcome, words string) {
	s.t.Helper()
	if o.err == nil || o.code != cli.ExitRefused || !strings.Contains(o.err.Error()+"\n"+o.said, words) || o.hints == "" {
		s.t.Errorf("%s: exit code %d, %v (hint: %s)\n%s", what, o.code, o.err, o.hints, o.said)
	}
}

// unchanged fails the test unless the headers of before are in force, every
// testimony opens as it was sealed with A's key and with the key given, the counts
// are right, and so many new headers wait.
func (s *site) unchanged(what string, waiting int, other *keyfile.Key) {
	s.t.Helper()
	records := s.records()
	if len(records) != len(s.old) {
		s.t.Fatalf("%s: %d testimonies, want %d", what, len(records), len(s.old))
	}
	for i, r := range records {
		if e := s.old[i]; r.ID != e.ID || r.HeaderEpoch != e.Epoch || !bytes.Equal(r.Header, e.Header) {
			s.t.Errorf("%s: testimony %s has another header", what, r.ID)
		}
	}
	s.open(what, waiting, s.a, other)
}

// waits counts the headers that wait.
func waits(u vault.Usage) (n int) {
	for _, next := range u.Waiting {
		for _, count := range next {
			n += count
		}
	}
	return n
}

// open fails the test unless every testimony opens with each of the keys.
func (s *site) open(what string, waiting int, keys ...*keyfile.Key) {
	s.t.Helper()
	vaulttest.Counted(s.t, s.store, what)
	if u, err := s.store.Usage(context.Background()); err != nil || waits(u) != waiting || u.Testimonies != len(s.texts) {
		s.t.Errorf("%s: %d new headers wait, want %d (%v)", what, waits(u), waiting, err)
	}
	for id, text := range s.texts {
		data, err := vaulttest.Get(context.Background(), s.store, id)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, k := range keys {
			var plain []byte
			r, err := age.Decrypt(bytes.NewReader(data), k.Identities[0])
			if err == nil {
				plain, err = io.ReadAll(r)
			}
			if err != nil || string(plain) != text {
				s.t.Errorf("%s: testimony %s with the key of %s: %v", what, id, k.Name, err)
			}
		}
	}
}

// noMarker fails the test if the marker is in any file of the server.
func (s *site) noMarker(what string) {
	s.t.Helper()
	s.noBytes(what, []byte(marker))
}

func (s *site) noBytes(what string, wanted []byte) {
	s.t.Helper()
	searched := 0
	err := filepath.WalkDir(s.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		searched += len(data)
		if bytes.Contains(data, wanted) {
			s.t.Errorf("%s: what must not be there is in %s", what, path)
		}
		return err
	})
	if err != nil || searched < 32<<10 {
		s.t.Fatalf("%d bytes were searched: %v", searched, err)
	}
}
