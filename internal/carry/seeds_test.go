package carry

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// split takes a bundle apart: the text of its manifest, and all behind it.
func split(t *testing.T, data []byte) (text string, rest []byte) {
	t.Helper()
	first, err := readFirst(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ = strings.Cut(string(first), "\n\n— ")
	return text + "\n", data[block+filled(int64(len(first))):]
}

// seeds returns what the fuzz targets begin with, by target and name.
func seeds(t *testing.T) map[string]map[string]string {
	t.Helper()
	m := seedBundle(t, 2)
	text, rest := split(t, m.bytes)
	old := makeOld(t, 2)
	oldText, oldRest := split(t, old.bytes)
	in := func(text, old, new string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("the text to change is not there: %q", old)
		}
		return strings.Replace(text, old, new, 1)
	}
	behind := map[string]string{
		"good": text, "count": in(text, "testimonies 2", "testimonies 3"), "version": in(text, "bundle 2", "bundle 3"),
		"huge": in(text, " 1 2 100 ", " 1 2 9223372036854775807 "), "negative": in(text, " 1 2 100 ", " 1 2 -100 "),
		"key": in(text, "intake amana-intake", "intake amana-other"), "day": in(text, " 2026-11-22 1 ", " 2026-11-32 1 "),
		"twice": in(text, fmt.Sprintf("%032x", 2), fmt.Sprintf("%032x", 1)), "header-epoch": in(text, " 2026-11-22 1 2 ", " 2026-11-22 1 0 "),
		"roster-size": rosterSize(text, "999999999"), "roster-longer": rosterSize(text, "600"),
		"head-alone": text[:strings.Index(text, "\n\n")+2], "unknown-line": text + "command rm\n",
	}
	all := map[string]map[string]string{"FuzzBundle": {}, "FuzzManifest": {}, "FuzzReadParts": partsSeeds(t)}
	for name, s := range behind {
		all["FuzzManifest"][name] = fmt.Sprintf("go test fuzz v1\nstring(%q)\n[]byte(%q)\n", s, rest)
	}
	for name, s := range map[string]string{
		"old": oldText, "old-as-new": in(oldText, "bundle 1", "bundle 2"), "old-size": in(oldText, " 1 100 ", " 1 9223372036854775807 "),
		"old-no-list": in(oldText, " 2026-11-22 1 ", " 2026-11-22 2 "),
	} {
		all["FuzzManifest"][name] = fmt.Sprintf("go test fuzz v1\nstring(%q)\n[]byte(%q)\n", s, oldRest)
	}
	flipped := bytes.Clone(m.bytes)
	flipped[len(flipped)/2] ^= 1
	whole := map[string][]byte{"good": m.bytes, "empty": seedBundle(t, 0).bytes, "cut": m.bytes[:len(m.bytes)-1024], "flipped": flipped, "old": old.bytes}
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
	// The seeds are worth something only if the good ones get through.
	for name, s := range map[string]string{"good": text, "old": oldText} {
		if data, ok := signedBundle(s, map[string][]byte{"good": rest, "old": oldRest}[name]); !ok || openFuzzed(t, data) == nil {
			t.Fatalf("the %s manifest is refused", name)
		}
	}
	return all
}

// TestSeeds shows that each seed is there as it was made: without them a target
// never gets past the first line. AMANA_WRITE_SEEDS=1 makes them anew.
func TestSeeds(t *testing.T) {
	for target, named := range seeds(t) {
		folder := filepath.Join("testdata/fuzz", target)
		for name, seed := range named {
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
	}
}
