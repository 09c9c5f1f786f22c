package main

import (
	"os"
	"path/filepath"
	"testing"
)

// What came from a passphrase file does not outlive the command.
func TestPassphraseIsForgotten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "words")
	if err := os.WriteFile(path, []byte("a good passphrase\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := passphraseFlag{PassphraseFile: path}
	forget, err := p.load()
	if err != nil || string(p.secret) != "a good passphrase" {
		t.Fatalf("%q, %v", p.secret, err)
	}
	forget()
	for _, b := range p.secret {
		if b != 0 {
			t.Fatalf("left: %q", p.secret)
		}
	}
	if forget, err = new(passphraseFlag).load(); err != nil || forget == nil {
		t.Fatal(err)
	}
	forget()
}
