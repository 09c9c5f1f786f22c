package attest

import (
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// What was signed holds for that statement, that key and that purpose, and for nothing
// else.
func TestSignatureHoldsForOneThing(t *testing.T) {
	skey, vkey, err := note.GenerateKey(rand.Reader, "amana-reviewer")
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := note.GenerateKey(rand.Reader, "amana-reviewer")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	statement := []byte("فصل")
	sig, err := Sign(Coding, signer, statement)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(Coding, vkey, statement, sig); err != nil {
		t.Errorf("as it was signed: %v", err)
	}
	for what, err := range map[string]error{
		"another purpose":         Verify(Custody, vkey, statement, sig),
		"another statement":       Verify(Coding, vkey, append(statement, ' '), sig),
		"another key":             Verify(Coding, other, statement, sig),
		"no key":                  Verify(Coding, "amana-reviewer", statement, sig),
		"no signature":            Verify(Coding, vkey, statement, ""),
		"half a signature":        Verify(Coding, vkey, statement, sig[:len(sig)/2]),
		"another spelling of it":  Verify(Coding, vkey, statement, sig+"\n"),
		"a purpose in the middle": Verify("amana", vkey, []byte(strings.TrimPrefix(string(Coding), "amana")+"\n"+string(statement)), sig),
	} {
		if !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
