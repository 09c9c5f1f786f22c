package custody

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A court's expert checks the record with the standard library alone, and with openssl
// and sha256sum where they are, as README.txt says; a changed byte is found by both.
func TestExtract(t *testing.T) {
	p := makePlace(t, 2)
	second, err := Open(p.Workspace, p.org.Reviewers[1])
	if err == nil {
		err = second.Add(Event{Act: Viewed, Subjects: Of(p.ids[0]), Purpose: "للقراءة"})
	}
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	err = p.log.Extract(t.Context(), func(path string, data []byte) error {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		return os.WriteFile(path, data, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	check := func() (bad []string) {
		before := strings.Repeat("0", 64)
		for line := range strings.Lines(string(read("signers.txt"))) {
			n, key, _ := strings.Cut(strings.TrimSpace(line), " ")
			block, _ := pem.Decode(read(key))
			public, err := x509.ParsePKIXPublicKey(block.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			text := read("links/" + n + ".txt")
			if !ed25519.Verify(public.(ed25519.PublicKey), text, read("links/"+n+".sig")) {
				bad = append(bad, "signature "+n)
			}
			if !strings.Contains(string(text), "\nbefore "+before+"\n") {
				bad = append(bad, "chain "+n)
			}
			before = fmt.Sprintf("%x", sha256.Sum256(text))
		}
		if h, err := p.log.Head(); err != nil || h.Hash != before {
			bad = append(bad, "head")
		}
		return bad
	}
	script := extractScript(t, string(read("README.txt")))
	run := func() string {
		cmd := exec.Command("sh", "-c", script)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	h, err := p.log.Head()
	if err != nil {
		t.Fatal(err)
	}
	if bad := check(); len(bad) > 0 {
		t.Error(bad)
	}
	if out := run(); strings.Contains(out, "is false") || strings.Contains(out, "does not follow") || !strings.Contains(out, h.Hash) ||
		strings.Count(out, "Verified Successfully") != h.Number {
		t.Error(out)
	}
	link := filepath.Join(dir, "links/00000003.txt")
	data := read("links/00000003.txt")
	data[len(data)/2] ^= 1
	if err := os.WriteFile(link, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if bad := check(); fmt.Sprint(bad) != "[signature 00000003 chain 00000004]" {
		t.Error(bad)
	}
	if out := run(); !strings.Contains(out, "link 00000003 is false") || !strings.Contains(out, "links/00000004.txt does not follow") {
		t.Error(out)
	}
}

// extractScript returns the commands that README.txt gives.
func extractScript(t *testing.T, readme string) string {
	var script strings.Builder
	for line := range strings.Lines(readme) {
		if strings.HasPrefix(line, "    ") {
			script.WriteString(line)
		}
	}
	if !strings.Contains(script.String(), "openssl pkeyutl") {
		t.Fatal("no commands in README.txt")
	}
	return script.String()
}
