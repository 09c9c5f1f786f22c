package bolt

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/vault"
	"amana/vault/internal/boltpages"
	"amana/vault/vaulttest"
)

// old is what testdata/version1/contents, or that of a later one, says of a
// testimony in the vault beside it, which the program wrote before there was a later
// version. That of version 2 was one of version 1 before, and a rotation had begun.
type old struct {
	label       vault.Label
	headerEpoch uint32
	next        uint32 // the epoch of the header that waits, or 0
	header      int    // bytes
	sum         string
	collected   bool
}

// oldVaults are the versions of which there is a vault.
var oldVaults = []struct {
	folder, format string
	testimonies    int
}{{"version1", formatVersion1, 6}, {"version2", formatVersion2, 9}, {"version3", formatVersion3, 7}}

// oldVault returns a copy of an old vault and what it holds.
func oldVault(t testing.TB, folder string) (dir string, contents map[vault.ID]old) {
	t.Helper()
	dir, contents = t.TempDir(), map[vault.ID]old{}
	from := filepath.Join("testdata", folder)
	for _, name := range []string{headersFile, payloadsFile} {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(from, "contents"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var id string
		var o old
		switch folder {
		case "version1":
			_, err = fmt.Sscan(line, &id, &o.label.Day, &o.label.Epoch, &o.header, &o.sum)
			o.headerEpoch = o.label.Epoch
		case "version2":
			_, err = fmt.Sscan(line, &id, &o.label.Day, &o.label.Epoch, &o.headerEpoch, &o.next, &o.header, &o.sum)
		default:
			_, err = fmt.Sscan(line, &id, &o.label.Day, &o.label.Epoch, &o.headerEpoch, &o.next, &o.header, &o.sum, &o.collected)
		}
		parsed, err2 := vault.ParseID(id)
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		contents[parsed] = o
	}
	return dir, contents
}

// aged is an old vault in use.
type aged struct {
	*testing.T
	dir      string
	contents map[vault.ID]old
	s        *Store
}

// files returns all bytes of both files.
func (a *aged) files() (all []byte) {
	for _, name := range []string{headersFile, payloadsFile} {
		data, err := os.ReadFile(filepath.Join(a.dir, name))
		if err != nil {
			a.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}

// versions fails the test unless the files are of these versions.
func (a *aged) versions(when, headers, payloads string) {
	a.Helper()
	for f, want := range map[*file]string{a.s.headers: headers, a.s.payloads: payloads} {
		if got, err := f.meta(versionKey); err != nil || string(got) != want {
			a.Errorf("%s %s is of version %q, %v; want %q", when, f.path, got, err, want)
		}
	}
}

// check fails the test unless the vault holds all old testimonies: as they were, or
// with the headers of a rotation to an epoch that is not 0.
func (a *aged) check(when string, epoch uint32) {
	a.Helper()
	for _, f := range append(vaulttest.Findings(a, a.s), vaulttest.RecordFindings(a, a.s)...) {
		a.Errorf("%s: %s: %s", when, f.ID, f.Problem)
	}
	vaulttest.Counted(a, a.s, when)
	all, err := vaulttest.All(a.Context(), a.s, 4)
	if err != nil {
		a.Fatal(err)
	}
	known := 0
	for _, rec := range all {
		o, ok := a.contents[rec.ID]
		if !ok {
			continue
		}
		known++
		got, err := vaulttest.Get(a.Context(), a.s, rec.ID)
		if err != nil {
			a.Fatal(err)
		}
		next := uint32(0)
		if rec.Next != nil {
			next = rec.Next.Epoch
		}
		if epoch == 0 {
			if sum := fmt.Sprintf("%x", sha256.Sum256(got)); sum != o.sum || len(rec.Header) != o.header {
				a.Errorf("%s %s reads back otherwise", when, rec.ID)
			}
		} else {
			o.headerEpoch, o.next = epoch, 0
			if !bytes.HasPrefix(got, rotatedHeader(rec.ID, epoch)) {
				a.Errorf("%s %s has not its new header", when, rec.ID)
			}
		}
		if rec.Label != o.label || rec.HeaderEpoch != o.headerEpoch || next != o.next {
			a.Errorf("%s the record of %s says %+v, header for %d, next for %d", when, rec.ID, rec.Label, rec.HeaderEpoch, next)
		}
	}
	if known != len(a.contents) {
		a.Errorf("%s %d of %d old testimonies are listed", when, known, len(a.contents))
	}
}

// TestOldVersions opens vaults of earlier versions, reads them, rotates them, adds
// to them, marks what they hold as collected and removes it.
func TestOldVersions(t *testing.T) {
	for _, c := range oldVaults {
		t.Run(c.folder, func(t *testing.T) {
			dir, contents := oldVault(t, c.folder)
			if len(contents) != c.testimonies {
				t.Fatalf("%d testimonies in the old vault, want %d", len(contents), c.testimonies)
			}
			testOld(&aged{T: t, dir: dir, contents: contents}, c.format)
		})
	}
}

func testOld(a *aged, format string) {
	t, before := a.T, a.files()
	var err error
	if a.s, err = Open(a.dir, Options{Reserve: -1, Logf: t.Logf}); err != nil {
		t.Fatal(err)
	}
	a.versions("at first", format, format)
	a.check("at first", 0)
	var ids []vault.ID
	var want []vault.State
	for _, collected := range []bool{false, true} {
		for id, o := range a.contents {
			if o.collected == collected {
				ids = append(ids, id)
				want = append(want, map[bool]vault.State{false: vault.Kept, true: vault.Collected}[collected])
			}
		}
	}
	states, err := a.s.Look(t.Context(), ids)
	if err != nil || !slices.Equal(states, want) {
		t.Errorf("Look says %v, %v", states, err)
	}
	a.s.Close()
	if !bytes.Equal(a.files(), before) {
		t.Error("a vault that was only read has changed")
	}
	if a.s, err = Open(a.dir, Options{Reserve: -1, Logf: t.Logf}); err != nil {
		t.Fatal(err)
	}
	values := map[vault.ID][]byte{}
	for id := range a.contents {
		if values[id], err = a.s.headers.value(id); err != nil || values[id][0] >= recordVersion && format != formatVersion3 {
			t.Fatalf("the record of %s: %v", id, err)
		}
	}
	// A rewrite takes old records as they are.
	if err := a.s.Rewrite(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.versions("written anew", formatVersion, format)
	a.check("written anew", 0)
	for id, want := range values {
		if value, err := a.s.headers.value(id); err != nil || !bytes.Equal(value, want) {
			t.Errorf("the record of %s was changed: %v", id, err)
		}
	}
	slips, confirmed, err := rotation(a.s, 7)
	if err == nil {
		err = none(a.s.Propose(t.Context(), slips))
	}
	if err != nil {
		t.Fatal(err)
	}
	a.s = reopen(t, a.s)
	if err := none(a.s.Settle(t.Context(), 7, [16]byte{}, confirmed)); err != nil {
		t.Fatal(err)
	}
	a.check("settled", 7)
	if _, err := vaulttest.Put(t.Context(), a.s, vaulttest.Header(1700, 1), vaulttest.Payload(100, 1), 1<<20); err != nil {
		t.Fatal(err)
	}
	a.versions("added to", formatVersion, formatVersion)
	a.check("added to", 7)
	a.s = reopen(t, a.s)
	a.check("opened again", 7)
	receipts, err := receipts(a.s, ids[:2])
	if err == nil {
		err = none(a.s.Collect(t.Context(), receipts))
	}
	if err != nil {
		t.Fatal(err)
	}
	a.check("collected", 7)
	if n, err := a.s.Remove(t.Context(), ids[:3]); err != nil || n != 1 {
		t.Errorf("Remove: %d, %v; want 1", n, err)
	}
	delete(a.contents, ids[2])
	a.check("removed", 7)
	if n, err := a.s.Purge(t.Context(), ids[:3]); err != nil || n != 2 {
		t.Errorf("Purge: %d, %v; want 2", n, err)
	}
	delete(a.contents, ids[0])
	delete(a.contents, ids[1])
	a.check("purged", 7)
	a.s = reopen(t, a.s)
	a.check("in the end", 7)
	a.s.Close()
}

// TestUpgrade writes to a file of an old version in each way that is not a rewrite:
// the version must be right in the same transaction.
func TestUpgrade(t *testing.T) {
	for name, do := range map[string]func(*Store, []vault.ID) error{
		"Propose": func(s *Store, _ []vault.ID) error {
			slips, _, err := rotation(s, 9)
			if err != nil {
				return err
			}
			return none(s.Propose(t.Context(), slips))
		},
		"Commit": func(s *Store, _ []vault.ID) error {
			_, err := vaulttest.Put(t.Context(), s, vaulttest.Header(1700, 1), nil, 1<<20)
			return err
		},
		"Collect": func(s *Store, ids []vault.ID) error {
			receipts, err := receipts(s, ids)
			if err != nil {
				return err
			}
			return none(s.Collect(t.Context(), receipts))
		},
		"Remove": func(s *Store, ids []vault.ID) error {
			_, err := s.Remove(t.Context(), ids)
			return err
		},
	} {
		for _, c := range oldVaults {
			dir, contents := oldVault(t, c.folder)
			s, err := Open(dir, Options{Reserve: -1, Logf: t.Logf})
			if err != nil {
				t.Fatal(err)
			}
			var ids []vault.ID
			for id := range contents {
				ids = append(ids, id)
			}
			if err := do(s, ids); err != nil {
				t.Errorf("%s in %s: %v", name, c.folder, err)
			}
			if got, err := s.headers.meta(versionKey); err != nil || string(got) != formatVersion {
				t.Errorf("%s in %s: version %q, %v", name, c.folder, got, err)
			}
			s.Close()
		}
	}
}

// value returns the bytes of a record.
func (f *file) value(id vault.ID) (value []byte, err error) {
	err = f.view(func(v *boltpages.View) error {
		return eachID(v, f.bucket, nil, func(at vault.ID, e *boltpages.Entry) (err error) {
			if at == id {
				value, err = e.Read(nil, maxRecord)
			}
			return err
		})
	})
	return value, err
}
