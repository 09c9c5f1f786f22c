package carry

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// The key of the seeds. It stands for a hostile server's and signs nothing else.
const (
	seedKey  = "PRIVATE+KEY+amana-intake+4c7df6ab+Abb9nr3OoPhXJWT/ng/uOxANxFjMAApLCLk3k8N27+PD"
	seedVkey = "amana-intake+4c7df6ab+Aa9gQNDrZpSVsHCZYpnKYJ+elxCJwXfJMm9m107dS+xi"
)

// seedBundle is makeBundle with the key of the seeds: always the same bytes.
func seedBundle(t testing.TB, n int) *made {
	t.Helper()
	m := makeBundle(t, n)
	m.skey, m.vkey = seedKey, seedVkey
	var err error
	if m.bytes, err = m.write(); err != nil {
		t.Fatal(err)
	}
	return m
}

// FuzzBundle opens arbitrary bytes as a bundle. It must not panic, and what it
// lets pass must lie within the bytes and be what was promised.
func FuzzBundle(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) { openFuzzed(t, data) })
}

// FuzzManifest signs an arbitrary manifest, as a hostile server could, so that
// what stands behind the signature is reached; anything may follow it.
func FuzzManifest(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string, rest []byte) {
		data, ok := signedBundle(text, rest)
		if !ok {
			return
		}
		b := openFuzzed(t, data)
		if b == nil {
			return
		}
		// What was signed is what is told of, no more and no less.
		if n := strings.Count(text, "\ntestimony "); n != len(b.Manifest.Testimonies) {
			t.Errorf("%d testimonies were signed, %d are told of", n, len(b.Manifest.Testimonies))
		}
		if n := strings.Count(text, "\nrecipients "); n != len(b.Manifest.Recipients)+len(b.Damaged)-unsound(b) {
			t.Errorf("%d lists were signed, %d are told of", n, len(b.Manifest.Recipients))
		}
	})
}

// unsound returns 1 if SHA256SUMS is noted as damaged.
func unsound(b *Bundle) int {
	if slices.Contains(b.Damaged, "SHA256SUMS") {
		return 1
	}
	return 0
}

// signedBundle puts a manifest of the given text, signed, before rest. It
// returns false if such a text cannot be signed.
func signedBundle(text string, rest []byte) ([]byte, bool) {
	signer, err := note.NewSigner(seedKey)
	if err != nil {
		return nil, false
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil || len(signed) > maxManifest {
		return nil, false
	}
	var out bytes.Buffer
	writeMember(&out, "manifest", signed)
	out.Write(rest)
	return out.Bytes(), true
}

// openFuzzed returns the bundle, or nil if it was refused.
func openFuzzed(t *testing.T, data []byte) *Bundle {
	b, err := openBytes(data)
	if err != nil {
		return nil
	}
	for i, e := range b.Manifest.Testimonies {
		if strings.ContainsAny(e.ID, "./\\") || b.offsets[i]+e.Size() > int64(len(data)) {
			t.Errorf("testimony %q of %d bytes at %d", e.ID, e.Size(), b.offsets[i])
		}
		b.verify(t.Context(), i)
	}
	return b
}

// seeds returns what the fuzz targets begin with, by target and name.
func seeds(t *testing.T) map[string]map[string]string {
	t.Helper()
	m := seedBundle(t, 2)
	first, err := readFirst(bytes.NewReader(m.bytes), int64(len(m.bytes)))
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(first), "\n\n— ")
	text += "\n"
	rest := m.bytes[block+filled(int64(len(first))):]
	change := func(old, new string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("the text to change is not there: %q", old)
		}
		return strings.Replace(text, old, new, 1)
	}
	behind := map[string]string{
		"good": text, "count": change("testimonies 2", "testimonies 3"), "version": change("bundle 1", "bundle 2"),
		"huge": change(" 1 100 ", " 1 9223372036854775807 "), "negative": change(" 1 100 ", " 1 -100 "),
		"key": change("intake amana-intake", "intake amana-other"), "day": change(" 2026-11-22 1 ", " 2026-11-32 1 "),
		"twice": change(fmt.Sprintf("%032x", 2), fmt.Sprintf("%032x", 1)), "no-list": change(" 2026-11-22 1 ", " 2026-11-22 2 "),
		"list-size": listSize(text, "999999999"), "list-longer": listSize(text, "600"),
		"head-alone": text[:strings.Index(text, "\n\n")+2], "unknown-line": text + "command rm\n",
	}
	all := map[string]map[string]string{"FuzzBundle": {}, "FuzzManifest": {}}
	for name, s := range behind {
		all["FuzzManifest"][name] = fmt.Sprintf("go test fuzz v1\nstring(%q)\n[]byte(%q)\n", s, rest)
	}
	flipped := bytes.Clone(m.bytes)
	flipped[len(flipped)/2] ^= 1
	whole := map[string][]byte{"good": m.bytes, "empty": seedBundle(t, 0).bytes, "cut": m.bytes[:len(m.bytes)-1024], "flipped": flipped}
	for _, name := range []string{"count", "version", "huge", "key"} {
		data, ok := signedBundle(behind[name], rest)
		if !ok {
			t.Fatalf("%s cannot be signed", name)
		}
		whole[name] = data
	}
	for name, data := range whole {
		all["FuzzBundle"][name] = fmt.Sprintf("go test fuzz v1\n[]byte(%q)\n", data)
	}
	// The seeds are worth something only if the good one gets through.
	if data, ok := signedBundle(text, rest); !ok || openFuzzed(t, data) == nil {
		t.Fatal("the good manifest is refused")
	}
	return all
}

// TestSeeds shows that each seed is there as it was made: without them a target
// never gets past the first line. AMANA_WRITE_SEEDS=1 makes them anew.
func TestSeeds(t *testing.T) {
	for target, named := range seeds(t) {
		for name, seed := range named {
			path := filepath.Join("testdata/fuzz", target, name)
			if os.Getenv("AMANA_WRITE_SEEDS") != "" {
				if err := os.WriteFile(path, []byte(seed), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := os.ReadFile(path); err != nil || string(got) != seed {
				t.Errorf("%s is not the seed that it must be (%v)", path, err)
			}
		}
	}
}
