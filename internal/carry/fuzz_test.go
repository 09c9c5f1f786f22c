package carry

import (
	"bytes"
	"fmt"
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
		n := strings.Count(text, "\nrecipients ") + strings.Count(text, "\nroster ")
		if told := len(b.Manifest.Recipients) + len(b.Manifest.Rosters); n != told+len(b.Damaged)-unsound(b) {
			t.Errorf("%d rosters were signed, %d are told of", n, told)
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

// FuzzReadParts reads arbitrary bytes as a file of parts: rest alone, or behind a
// manifest of the given text, signed as a hostile server or reviewer could. What
// passes to its end must be what WriteParts writes, byte by byte.
func FuzzReadParts(f *testing.F) {
	f.Fuzz(func(t *testing.T, sign bool, text string, rest []byte) { readFuzzed(t, sign, text, rest) })
}

// readFuzzed tells whether the file was accepted to its end.
func readFuzzed(t *testing.T, sign bool, text string, rest []byte) bool {
	data := rest
	if sign {
		var ok bool
		if data, ok = signedParts(text, rest); !ok {
			return false
		}
	}
	Detect(data)
	m, parts, err := readParts(bytes.NewReader(data), int64(len(data)))
	_, again, streamed := readParts(bytes.NewReader(data), -1)
	if (err == nil) != (streamed == nil) || err == nil && len(again) != len(parts) {
		t.Errorf("with its size: %v, without: %v", err, streamed)
	}
	size := 0
	for i, part := range parts {
		size += len(part)
		if n, err := count(m.Kind, part); err != nil || n != m.Parts[i].Entries {
			t.Errorf("part %d has %d entries (%v), %d are told of", i, n, err, m.Parts[i].Entries)
		}
	}
	if size > len(data) {
		t.Errorf("%d bytes of parts came out of %d", size, len(data))
	}
	skey := map[string]string{seedVkey: seedKey, reviewerVkey: reviewerSkey}
	if err != nil || skey[m.Signer] == "" {
		return err == nil
	}
	rewritten := &file{manifest: *m, skey: skey[m.Signer], parts: parts}
	if err := rewritten.write(); err != nil || !bytes.Equal(rewritten.bytes, data) {
		t.Errorf("what was accepted is not what is written (%v)", err)
	}
	return true
}

// partsSeeds returns the seeds of FuzzReadParts by name.
func partsSeeds(t *testing.T) map[string]string {
	all := make(map[string]string)
	add := func(name string, sign, good bool, text string, rest []byte) {
		if readFuzzed(t, sign, text, rest) != good {
			t.Errorf("seed %s is accepted or refused, as it must not be", name)
		}
		all[name] = fmt.Sprintf("go test fuzz v1\nbool(%v)\nstring(%q)\n[]byte(%q)\n", sign, text, rest)
	}
	for _, kind := range kinds {
		f := makeFile(t, kind, 2, 1)
		text, rest := split(t, f.bytes)
		add(string(kind), true, true, text, rest)
		add(string(kind)+"-raw", false, true, "", f.bytes)
		add(string(kind)+"-none", false, true, "", makeFile(t, kind).bytes)
		add(string(kind)+"-cut", false, false, "", f.bytes[:len(f.bytes)-1024])
		part := fmt.Sprintf("part 1 2 %d ", len(f.parts[0]))
		add(string(kind)+"-huge", true, false, strings.Replace(text, part, "part 1 2 4194304 ", 1), rest)
		add(string(kind)+"-entries", true, false, strings.Replace(text, part, strings.Replace(part, "1 2", "1 1", 1), 1), rest)
	}
	return all
}
