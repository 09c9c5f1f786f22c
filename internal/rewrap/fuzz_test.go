package rewrap

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"amana/internal/carry"

	"filippo.io/age"
)

// fixed returns a header that was made once, for two reviewers, and the identity
// of the first: testdata must be the same each time, and wrapping never is.
func fixed(t testing.TB) (header []byte, id *age.HybridIdentity) {
	t.Helper()
	header, err := os.ReadFile("testdata/old.header")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/throwaway.key")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ids, err := age.ParseIdentities(f)
	if err != nil {
		t.Fatal(err)
	}
	return header, ids[0].(*age.HybridIdentity)
}

// FuzzHeader rewraps and confirms hostile headers. With mac, the last line is made
// anew with the file key of the fixed header, as whoever made that could.
func FuzzHeader(f *testing.F) {
	old, id := fixed(f)
	key, err := age.DecryptHeader(old, id)
	if err != nil {
		f.Fatal(err)
	}
	ids, to := []*age.HybridIdentity{id}, []age.Recipient{id.Recipient()}
	f.Fuzz(func(t *testing.T, header []byte, mac bool) {
		if mac {
			header = withMAC(t, key, header)
		}
		hybrid, other, err := carry.CountRecipients(header)
		if (err == nil) != (hybrid+other > 0) {
			t.Errorf("%d and %d recipients are counted, with %v", hybrid, other, err)
		}
		if next, err := newHeader(header, ids, to); err == nil {
			got, err := age.DecryptHeader(next, id)
			want, wantErr := age.DecryptHeader(header, id)
			if err != nil || wantErr != nil || !bytes.Equal(got, want) {
				t.Error("the new header does not open as the old one")
			}
			if err := Confirm(header, next, ids, 1); err != nil {
				t.Errorf("the new header is not confirmed: %v", err)
			}
		}
		if Confirm(old, header, ids, 2) == nil {
			if got, err := age.DecryptHeader(header, id); err != nil || !bytes.Equal(got, key) || hybrid != 2 || other != 0 {
				t.Errorf("a header for %d and %d is confirmed that does not open to the file key (%v)", hybrid, other, err)
			}
		}
	})
}

// withMAC gives a text the last line that it needs to be a header.
func withMAC(t testing.TB, key, text []byte) []byte {
	t.Helper()
	if i := bytes.Index(text, []byte("\n---")); i >= 0 {
		text = text[:i+1]
	}
	text = append(bytes.Clone(text), "---"...)
	mac, err := headerMAC(key, text)
	if err != nil {
		t.Fatal(err)
	}
	return appendMAC(text, mac)
}

// seeds returns what the target begins with, by name.
func seeds(t *testing.T) map[string]string {
	old, _ := fixed(t)
	stanza := func(n int) []byte { // of the fixed header
		parts := bytes.SplitAfter(old, []byte("\n-> "))
		return append([]byte("-> "), bytes.TrimSuffix(bytes.TrimSuffix(parts[n], []byte(tail(old))), []byte("-> "))...)
	}
	first, second := stanza(1), stanza(2)
	intro, end := []byte("age-encryption.org/v1\n"), []byte(tail(old))
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	if !bytes.Equal(join(intro, first, second, end), old) {
		t.Fatal("the fixed header was taken apart wrongly")
	}
	x := []byte("-> X25519 BUlsq05rTGGrZ6Efgvze0S0vqEDeR4bAFvMdgjkuFyU\njGGfXcP+8ZjcDGmR/1BvMG1wlHqbPi7YXt5yAAwH/ws\n")
	flipped := bytes.Clone(old)
	flipped[len(flipped)/2] ^= 1
	all := make(map[string]string)
	for name, data := range map[string][]byte{
		"good": old, "cut": old[:len(old)-10], "flipped": flipped, "followed": join(old, []byte("x")), "one": join(intro, first, end),
		"not-ours": join(intro, second, end), "swapped": join(intro, second, first, end), "twice": join(intro, first, first, end),
		"three": join(intro, first, second, second, end), "x25519": join(intro, first, x, end), "none": join(intro, end), "empty": nil,
	} {
		for _, mac := range []bool{false, true} {
			all[fmt.Sprintf("%s-%v", name, mac)] = fmt.Sprintf("go test fuzz v1\n[]byte(%q)\nbool(%v)\n", data, mac)
		}
	}
	return all
}

// TestSeeds shows that each seed is there as it was made. AMANA_WRITE_SEEDS=1
// makes them anew.
func TestSeeds(t *testing.T) {
	const folder = "testdata/fuzz/FuzzHeader"
	for name, seed := range seeds(t) {
		path := filepath.Join(folder, name)
		if os.Getenv("AMANA_WRITE_SEEDS") != "" {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(seed), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != seed {
			t.Errorf("%s is not the seed that it must be (%v)", path, err)
		}
	}
	// They are worth something only if the good one gets through.
	old, id := fixed(t)
	if _, err := newHeader(old, []*age.HybridIdentity{id}, []age.Recipient{id.Recipient()}); err != nil {
		t.Errorf("the fixed header is refused: %v", err)
	}
	if err := Confirm(old, old, []*age.HybridIdentity{id}, 2); err != nil {
		t.Errorf("the fixed header is not confirmed: %v", err)
	}
}
