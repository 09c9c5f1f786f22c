package promises

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"amana/internal/roster"
)

// keys.example holds what its README says: two rosters that are one chain, the
// cards of everybody in them, and nothing secret.
func TestExampleOfRosters(t *testing.T) {
	read := func(name string) []byte {
		t.Helper()
		data, err := os.ReadFile(filepath.Join("../../keys.example", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var chain []*roster.Signed
	for _, name := range []string{"roster-1.txt", "roster-2.txt"} {
		s, err := roster.Open(read(name))
		if err != nil {
			t.Fatal(err)
		}
		chain = append(chain, s)
	}
	if err := roster.VerifyChain(chain); err != nil {
		t.Fatal(err)
	}
	if n := len(chain[1].Signers(&chain[0].Roster)); n != 2 {
		t.Errorf("%d administrators signed the second roster", n)
	}
	keys := make(map[string]bool)
	for _, s := range chain {
		for _, a := range s.Administrators {
			keys[a.Key] = true
		}
		for _, r := range s.Reviewers {
			keys[r.Key] = true
		}
	}
	cards, err := filepath.Glob("../../keys.example/*.card")
	if err != nil || len(cards) != 5 || len(keys) != 5 {
		t.Fatalf("%d cards, %d people (%v)", len(cards), len(keys), err)
	}
	for _, path := range cards {
		card, err := roster.ParseCard(read(filepath.Base(path)))
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
		} else if !keys[card.Key] {
			t.Errorf("%s is of nobody in the rosters", filepath.Base(path))
		}
	}
	files, err := os.ReadDir("../../keys.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		for _, secret := range []string{"SECRET-KEY", "PRIVATE+KEY", "ENCRYPTED FILE", "age-encryption.org"} {
			if bytes.Contains(read(f.Name()), []byte(secret)) {
				t.Errorf("%s holds %q", f.Name(), secret)
			}
		}
	}
}
