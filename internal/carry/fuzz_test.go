package carry

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzBundle opens arbitrary bytes as a bundle. It must not panic, and what it
// lets pass must lie within the bytes and be what was promised.
func FuzzBundle(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := openBytes(data)
		if err != nil {
			return
		}
		for i, e := range b.Manifest.Testimonies {
			if strings.ContainsAny(e.ID, "./\\") || b.offsets[i]+e.Size() > int64(len(data)) {
				t.Errorf("testimony %q of %d bytes at %d", e.ID, e.Size(), b.offsets[i])
			}
			b.Verify(t.Context(), i)
		}
	})
}

// TestSeeds shows that the fuzz target has seeds: without them it never gets
// past the signature. AMANA_WRITE_SEEDS=1 makes them anew.
func TestSeeds(t *testing.T) {
	if os.Getenv("AMANA_WRITE_SEEDS") != "" {
		m := makeBundle(t, 2)
		flipped := bytes.Clone(m.bytes)
		flipped[len(flipped)/2] ^= 1
		text := func(old, new string) []byte {
			return withText(t, m, func(s string) string { return strings.Replace(s, old, new, 1) })
		}
		for name, data := range map[string][]byte{
			"good": m.bytes, "empty": makeBundle(t, 0).bytes, "cut": m.bytes[:len(m.bytes)-1024],
			"flipped": flipped, "count": text("testimonies 2", "testimonies 3"), "version": text("bundle 1", "bundle 2"),
			"huge": text(" 1 100 ", " 1 9223372036854775807 "), "key": text("intake amana-intake", "intake amana-other"),
		} {
			seed := fmt.Sprintf("go test fuzz v1\n[]byte(%q)\n", data)
			if err := os.WriteFile(filepath.Join("testdata/fuzz/FuzzBundle", name), []byte(seed), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	seeds, err := filepath.Glob("testdata/fuzz/FuzzBundle/*")
	if err != nil || len(seeds) < 8 {
		t.Fatalf("%d seeds in testdata/fuzz/FuzzBundle (%v)", len(seeds), err)
	}
}
