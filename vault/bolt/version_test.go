package bolt

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"amana/vault"
	"amana/vault/vaulttest"
)

// old is what testdata/version1/contents says of a testimony in the vault beside
// it, which the program wrote before there was a version 2.
type old struct {
	label  vault.Label
	header int // bytes
	sum    string
}

// version1 returns a copy of the old vault and what it holds.
func version1(t testing.TB) (dir string, contents map[vault.ID]old) {
	t.Helper()
	dir, contents = t.TempDir(), map[vault.ID]old{}
	from := filepath.Join("testdata", "version1")
	for _, name := range []string{headersFile, payloadsFile} {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(filepath.Join(from, "contents"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var id string
		var o old
		if _, err := fmt.Sscan(lines.Text(), &id, &o.label.Day, &o.label.Epoch, &o.header, &o.sum); err != nil {
			t.Fatal(err)
		}
		parsed, err := vault.ParseID(id)
		if err != nil {
			t.Fatal(err)
		}
		contents[parsed] = o
	}
	if len(contents) != 6 {
		t.Fatalf("%d testimonies in the old vault, want 6", len(contents))
	}
	return dir, contents
}

// TestVersion1 opens a vault of version 1, reads it, rotates it and adds to it.
func TestVersion1(t *testing.T) {
	dir, contents := version1(t)
	files := func() (all []byte) {
		for _, name := range []string{headersFile, payloadsFile} {
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, data...)
		}
		return all
	}
	before := files()
	var s *Store
	versions := func(when, headers, payloads string) {
		t.Helper()
		for f, want := range map[*file]string{s.headers: headers, s.payloads: payloads} {
			if got, err := f.meta(versionKey); err != nil || string(got) != want {
				t.Errorf("%s %s is of version %q, %v; want %q", when, f.path, got, err, want)
			}
		}
	}
	check := func(when string, epoch uint32) {
		t.Helper()
		for _, f := range append(vaulttest.Findings(t, s), vaulttest.RecordFindings(t, s)...) {
			t.Errorf("%s: %s: %s", when, f.ID, f.Problem)
		}
		vaulttest.Counted(t, s, when)
		all, err := vaulttest.All(t.Context(), s, 4)
		if err != nil {
			t.Fatal(err)
		}
		known := 0
		for _, rec := range all {
			o, ok := contents[rec.ID]
			if !ok {
				continue
			}
			known++
			got, err := vaulttest.Get(t.Context(), s, rec.ID)
			if err != nil {
				t.Fatal(err)
			}
			want := o.label.Epoch
			if epoch == 0 {
				if sum := fmt.Sprintf("%x", sha256.Sum256(got)); sum != o.sum || len(rec.Header) != o.header {
					t.Errorf("%s %s reads back otherwise", when, rec.ID)
				}
			} else if want = epoch; !bytes.HasPrefix(got, rotatedHeader(rec.ID, epoch)) {
				t.Errorf("%s %s has not its new header", when, rec.ID)
			}
			if rec.Label != o.label || rec.HeaderEpoch != want || rec.Next != nil {
				t.Errorf("%s the record of %s says %+v, header for %d", when, rec.ID, rec.Label, rec.HeaderEpoch)
			}
		}
		if known != len(contents) {
			t.Errorf("%s %d of %d old testimonies are listed", when, known, len(contents))
		}
	}
	var err error
	if s, err = Open(dir, Options{Reserve: -1, Logf: t.Logf}); err != nil {
		t.Fatal(err)
	}
	versions("at first", formatVersion1, formatVersion1)
	check("at first", 0)
	s.Close()
	if !bytes.Equal(files(), before) {
		t.Error("a vault that was only read has changed")
	}
	if s, err = Open(dir, Options{Reserve: -1, Logf: t.Logf}); err != nil {
		t.Fatal(err)
	}
	// A rewrite takes records of version 1 as they are.
	if err := s.Rewrite(t.Context()); err != nil {
		t.Fatal(err)
	}
	versions("written anew", formatVersion, formatVersion1)
	check("written anew", 0)
	for id := range contents {
		value, err := s.headers.value(id)
		if err != nil || value[0] != recordVersion1 {
			t.Errorf("the record of %s was changed: %v", id, err)
		}
	}
	slips, confirmed, err := rotation(s, 7)
	if err == nil {
		err = none(s.Propose(t.Context(), slips))
	}
	if err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s)
	if err := none(s.Settle(t.Context(), 7, [16]byte{}, confirmed)); err != nil {
		t.Fatal(err)
	}
	check("settled", 7)
	if _, err := vaulttest.Put(t.Context(), s, vaulttest.Header(1700, 1), vaulttest.Payload(100, 1), 1<<20); err != nil {
		t.Fatal(err)
	}
	versions("added to", formatVersion, formatVersion)
	check("added to", 7)
	s = reopen(t, s)
	check("in the end", 7)
	s.Close()
}

// TestUpgrade writes to a file of version 1 in each way that is not a rewrite: the
// version must be right in the same transaction.
func TestUpgrade(t *testing.T) {
	for name, do := range map[string]func(*Store) error{
		"Propose": func(s *Store) error {
			slips, _, err := rotation(s, 9)
			if err != nil {
				return err
			}
			return none(s.Propose(t.Context(), slips))
		},
		"Commit": func(s *Store) error {
			_, err := vaulttest.Put(t.Context(), s, vaulttest.Header(1700, 1), nil, 1<<20)
			return err
		},
	} {
		dir, _ := version1(t)
		s, err := Open(dir, Options{Reserve: -1, Logf: t.Logf})
		if err != nil {
			t.Fatal(err)
		}
		if err := do(s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := s.headers.meta(versionKey); err != nil || string(got) != formatVersion {
			t.Errorf("%s: version %q, %v", name, got, err)
		}
		s.Close()
	}
}

// value returns the bytes of a record.
func (f *file) value(id vault.ID) (value []byte, err error) {
	err = f.view(func(v *view) error {
		return eachID(v, f.bucket, nil, func(at vault.ID, e *entry) (err error) {
			if at == id {
				value, err = e.read(nil, maxRecord)
			}
			return err
		})
	})
	return value, err
}

// encodeVersion1 writes a record as the program did before version 2.
func encodeVersion1(rec *vault.Record) []byte {
	b := append([]byte{1, 0}, rec.Day...)
	b = binary.BigEndian.AppendUint32(b, rec.Epoch)
	b = binary.BigEndian.AppendUint64(b, uint64(rec.PayloadSize))
	b = append(b, rec.PayloadSum[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(rec.Header)))
	b = append(b, rec.Header...)
	sum := recordSum(rec.ID, b)
	return append(b, sum[:]...)
}
