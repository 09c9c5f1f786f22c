package cases

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/attest"
	"amana/internal/keyfile"
)

// seedAuthor is a reviewer who always has the same key, and signs nothing else.
func seedAuthor(t testing.TB) Author {
	t.Helper()
	key, err := keyfile.FromSeeds("Reviewer of the seeds", bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := key.Signer()
	if err != nil {
		t.Fatal(err)
	}
	return Author{key.Name, key.VerifierKey(), signer}
}

// FuzzExchange reads what was sealed: arbitrary bytes, or, if n is not negative,
// arbitrary records behind an honest head for n of them, as a reviewer who wants to do
// harm could write. It must not panic, and what is taken in must be signed.
func FuzzExchange(f *testing.F) {
	author := seedAuthor(f)
	f.Fuzz(func(t *testing.T, n int, records []byte) {
		data := records
		if n >= 0 {
			data = honestHead(t, author, exchangePurpose, Head{Entries: n}, string(records))
		}
		var taken []*Signed
		h, err := readOpened(bytes.NewReader(data), func(s *Signed) error {
			taken = append(taken, s)
			return nil
		})
		if err != nil && err.Error() == "" {
			t.Error("an error that says nothing")
		}
		if err == nil && len(taken) != h.Entries {
			t.Errorf("%d of %d were taken", len(taken), h.Entries)
		}
		for _, s := range taken {
			if s.verify() != nil || s.check() != nil || s.ID != idOf(s.Text()) || len(s.record()) > MaxEntry {
				t.Error("an entry that is not well was taken in")
			}
		}
	})
}

// FuzzEntry reads an arbitrary entry, unsigned as its form is held before its
// signature. What it takes has one spelling, and folds without a panic.
func FuzzEntry(f *testing.F) {
	f.Fuzz(func(t *testing.T, record []byte) {
		s, err := parse(record)
		if err != nil {
			return
		}
		if !bytes.Equal(s.record(), record) {
			t.Error("it has two spellings")
		}
		threads := map[string]*Thread{thread("1"): {ID: thread("1")}}
		c := newFold(threads, map[string]*Signed{s.ID: s}, &People{}).coding()
		if len(c.Cases) != 1 {
			t.Errorf("%d cases of one thread", len(c.Cases))
		}
	})
}

// seeds returns the seeds of each target, by name.
func seeds(t *testing.T) map[string]map[string]string {
	a := seedAuthor(t)
	record := func(n byte, e Entry) string {
		e.Schema, e.By, e.Name, e.Day, e.Nonce = Schema, a.Key, a.Name, "2026-11-27", strings.Repeat(hex.EncodeToString([]byte{n}), 16)
		if e.Replaces == nil {
			e.Replaces = []string{}
		}
		signature, err := attest.Sign(attest.Coding, a.Signer, e.Text())
		if err != nil {
			t.Fatal(err)
		}
		return string((&Signed{e, "", signature}).record())
	}
	link := record(1, Entry{Subject: thread("1"), Field: FieldCase, Value: CodeOf(thread("2"))})
	sum := sha256.Sum256([]byte(link[:strings.IndexByte(link, '\n')]))
	all := map[string]string{
		"link": link, "apart": record(2, Entry{Subject: thread("1"), Field: NotPrefix + thread("2"), Value: NotOther}),
		"fact":     record(3, Entry{Subject: CodeOf(thread("1")), Field: "fact.fate", Value: "missing", Note: "because"}),
		"note":     record(4, Entry{Subject: thread("1"), Field: FieldNote, Value: "ملاحظة\nعلى سطرين"}),
		"replaces": record(5, Entry{Subject: thread("1"), Field: FieldCase, Value: CodeOf(thread("1")), Replaces: []string{hex.EncodeToString(sum[:])}}),
		"list":     record(6, Entry{Subject: thread("1"), Field: "legal", Value: "arbitrary_detention,torture"}),
		"unknown":  record(7, Entry{Subject: thread("1"), Field: "weather", Value: "fine"}),
	}
	exchange, entry := make(map[string]string), make(map[string]string)
	var records []string
	for name, r := range all {
		records = append(records, r)
		entry[name] = fmt.Sprintf("go test fuzz v1\n[]byte(%q)\n", r)
	}
	id := func(r string) string { return idOf([]byte(r[:strings.IndexByte(r, '\n')])) }
	slices.SortFunc(records, func(x, y string) int { return strings.Compare(id(x), id(y)) })
	whole := strings.Join(records, "")
	for name, c := range map[string]struct {
		n       int
		records string
	}{
		"good": {7, whole + "\n\n\n"}, "cut": {7, whole[:len(whole)-9]}, "fewer": {9, whole}, "more": {3, whole}, "twice": {2, link + link},
		"reversed": {7, records[6] + whole}, "empty": {0, ""}, "raw": {-1, string(exchangePurpose) + "\n{}\n\n"}, "huge": {1, strings.Repeat("x", 5000)},
		"newer": {1, strings.Replace(link, Schema, "amana/coding/9", 1)},
	} {
		exchange[name] = fmt.Sprintf("go test fuzz v1\nint(%d)\n[]byte(%q)\n", c.n, c.records)
	}
	good := honestHead(t, a, exchangePurpose, Head{Entries: len(records)}, whole)
	if h, err := readOpened(bytes.NewReader(good), nil); err != nil || h.Entries != len(all) {
		t.Fatalf("the good seed is refused: %v", err)
	}
	return map[string]map[string]string{"FuzzExchange": exchange, "FuzzEntry": entry}
}

// The seeds that are kept are those that this version writes, and the good ones get
// through. AMANA_WRITE_SEEDS=1 makes them anew.
func TestSeeds(t *testing.T) {
	for target, all := range seeds(t) {
		for name, text := range all {
			path := filepath.Join("testdata", "fuzz", target, name)
			if os.Getenv("AMANA_WRITE_SEEDS") != "" {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != text {
				t.Errorf("%s is not the seed that it must be (%v)", path, err)
			}
		}
	}
}
