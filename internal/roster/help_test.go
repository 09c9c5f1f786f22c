package roster

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// signerOf returns the signing key whose seed is one byte 32 times.
func signerOf(t testing.TB, keyName string, seed byte) (note.Signer, string) {
	t.Helper()
	s := bytes.Repeat([]byte{seed}, ed25519.SeedSize)
	vkey, err := note.NewEd25519VerifierKey(keyName, ed25519.NewKeyFromSeed(s).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	hash := strings.Split(vkey, "+")[1]
	signer, err := note.NewSigner("PRIVATE+KEY+" + keyName + "+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, s...)))
	if err != nil {
		t.Fatal(err)
	}
	return signer, vkey
}

func administrator(t testing.TB, seed byte) (Administrator, note.Signer) {
	t.Helper()
	signer, vkey := signerOf(t, KeyNameAdministrator, seed)
	return Administrator{"Administrator " + string(rune('A'+seed)), vkey}, signer
}

// reviewer has a recipient that is new in every run.
func reviewer(t testing.TB, seed byte) Reviewer {
	t.Helper()
	_, vkey := signerOf(t, KeyNameReviewer, seed)
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return Reviewer{"Reviewer " + string(rune('A'+seed-100)), id.Recipient(), vkey}
}

// sample returns a first roster of three administrators, two of whom sign, and
// two reviewers, and its administrators' keys.
func sample(t testing.TB) (*Roster, []note.Signer) {
	t.Helper()
	r := &Roster{Epoch: 1, From: "2026-11-22", Until: "2027-05-22", Signatures: 2, Reviewers: []Reviewer{reviewer(t, 100), reviewer(t, 101)}}
	var signers []note.Signer
	for seed := range byte(3) {
		a, s := administrator(t, seed)
		r.Administrators = append(r.Administrators, a)
		signers = append(signers, s)
	}
	return r, signers
}

// following returns a roster that may follow another one, not signed.
func following(r *Roster) *Roster {
	next := *r
	next.Epoch, next.Previous = r.Epoch+1, r.Sum()
	next.Administrators = append([]Administrator(nil), r.Administrators...)
	next.Reviewers = append([]Reviewer(nil), r.Reviewers...)
	return &next
}

func signed(t testing.TB, r *Roster, signers ...note.Signer) *Signed {
	t.Helper()
	s, err := Draft(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, signer := range signers {
		if s, err = s.Sign(signer); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// refused fails the test unless err wraps kind and says want, in a length that a
// person reads.
func refused(t *testing.T, name string, err, kind error, want string) {
	t.Helper()
	if !errors.Is(err, kind) || !strings.Contains(err.Error(), want) || len(err.Error()) > 400 {
		t.Errorf("%s: got %v; want %q, wrapping %q", name, err, want, kind)
	}
}
