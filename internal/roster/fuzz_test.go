package roster

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Arbitrary bytes never panic; what is accepted is written again byte for byte,
// keeps every rule, and counts only with signatures.
func FuzzOpen(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Open(data)
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrSecretKey) || len(err.Error()) > 600 {
				t.Errorf("the error is %v", err)
			}
			return
		}
		if !bytes.Equal(s.Bytes(), data) || !bytes.HasPrefix(data, s.Text()) {
			t.Error("it has another spelling")
		}
		if err := s.Check(); err != nil {
			t.Errorf("it breaks a rule: %v", err)
		}
		if hasSecret(data) || len(data) > MaxSize {
			t.Error("it should not have been read")
		}
		signers := s.Signers(&s.Roster)
		if err := Follows(nil, s); (err == nil) != (s.Epoch == 1 && len(signers) >= s.Roster.Signatures) {
			t.Errorf("signed by %d of itself: %v", len(signers), err)
		}
		if len(Diff(nil, &s.Roster)) < len(s.Reviewers)+len(s.Administrators) {
			t.Error("somebody has no sentence")
		}
		Risks(nil, &s.Roster, s.Until)
		again, err := Draft(&s.Roster)
		if err != nil || again.Sum() != s.Sum() {
			t.Errorf("the draft of it: %v", err)
		}
	})
}

func FuzzParseCard(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseCard(text)
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrSecretKey) || len(err.Error()) > 600 {
				t.Errorf("the error is %v", err)
			}
			return
		}
		if !bytes.Equal(c.Text(), text) || c.check() != nil || hasSecret(text) {
			t.Errorf("it is not as it must be: %+v", c)
		}
	})
}

// TestSeeds shows that the fuzz targets have seeds: nothing random is a roster.
// AMANA_WRITE_SEEDS=1 makes them anew.
func TestSeeds(t *testing.T) {
	if os.Getenv("AMANA_WRITE_SEEDS") != "" {
		writeSeeds(t)
	}
	for target, least := range map[string]int{"FuzzParseList": 7, "FuzzOpen": 7, "FuzzParseCard": 5} {
		seeds, err := filepath.Glob("testdata/fuzz/" + target + "/*")
		if err != nil || len(seeds) < least {
			t.Errorf("%d seeds in testdata/fuzz/%s (%v)", len(seeds), target, err)
		}
	}
	// A change of the format would leave seeds that are all refused at once.
	for target, accepts := range map[string]func([]byte) error{
		"FuzzOpen/signed":             func(b []byte) error { _, err := Open(b); return err },
		"FuzzOpen/draft":              func(b []byte) error { _, err := Open(b); return err },
		"FuzzParseCard/reviewer":      func(b []byte) error { _, err := ParseCard(b); return err },
		"FuzzParseCard/administrator": func(b []byte) error { _, err := ParseCard(b); return err },
	} {
		data, err := os.ReadFile("testdata/fuzz/" + target)
		if err != nil {
			t.Fatal(err)
		}
		var text []byte
		if _, err := fmt.Sscanf(strings.TrimPrefix(string(data), "go test fuzz v1\n"), "[]byte(%q)\n", &text); err != nil {
			t.Fatalf("%s: %v", target, err)
		}
		if err := accepts(text); err != nil {
			t.Errorf("%s is refused: %v", target, err)
		}
	}
}

func writeSeeds(t *testing.T) {
	k := keys(t, 2)
	r, signers := sample(t)
	s := string(signed(t, r, signers...).Bytes())
	next := string(signed(t, following(r), signers[0]).Bytes())
	v := string(r.Reviewers[0].Card().Text())
	for target, seeds := range map[string]map[string]string{
		"FuzzParseList": {
			"one": k[0] + "\n", "two": "# name: A\n" + k[0] + "\r\n# name: ب\n" + k[1], "twice": k[0] + "\n" + k[0],
			"cut": k[0][:300], "flipped": flip(k[0]), "nobody": "# name: A\n\n", "case": k[0][:9] + strings.ToUpper(k[0][9:]),
		},
		"FuzzOpen": {
			"signed": s, "next": next, "draft": string(r.Text()), "cut": s[:len(s)-40], "two": s + next,
			"Windows": strings.ReplaceAll(s, "\n", "\r\n"), "stranger": s + "— x AAAAAAAAAAA=\n", "head": s[:120],
		},
		"FuzzParseCard": {
			"reviewer": v, "administrator": string(r.Administrators[0].Card().Text()), "cut": v[:len(v)-30],
			"words": strings.Replace(v, "fingerprint en", "fingerprint ar", 1), "secret": "AGE-SECRET-KEY-PQ-1\n",
		},
	} {
		if err := os.MkdirAll("testdata/fuzz/"+target, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range seeds {
			seed := fmt.Sprintf("go test fuzz v1\n[]byte(%q)\n", text)
			if err := os.WriteFile(filepath.Join("testdata/fuzz", target, name), []byte(seed), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
