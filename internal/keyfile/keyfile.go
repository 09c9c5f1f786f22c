// Package keyfile makes, writes and reads the keys of reviewers and
// administrators. docs/formats-keys.md describes the files.
//
// It handles secrets and belongs to the offline programs: the server never
// imports it, and it may not touch the network, testimonies or a vault.
package keyfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"amana/internal/roster"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
)

// What can be wrong with a key file. No error says anything of its bytes.
var (
	ErrPassphrase  = errors.New("the passphrase is wrong")
	ErrNotIdentity = errors.New("not a key that can be used here")
	// ErrNoSigningKey is about a key of age-keygen, which can open but not sign.
	ErrNoSigningKey = errors.New("this key was made by age-keygen: it has no signing key")
	ErrName         = errors.New("this name cannot be used")
)

// Key is the key of a reviewer, or of an administrator. Printed with any verb it
// shows nothing.
type Key struct {
	// Name is the name on the card and in rosters. It is empty for a key of
	// age-keygen.
	Name string
	// Identities open testimonies: one, or more in a file of age-keygen. An
	// administrator has none.
	Identities []*age.HybridIdentity

	skey, vkey string // signing key as package note spells it; empty for a key of age-keygen
}

// NewReviewer makes the key of a reviewer: an age identity and a signing key.
// The error wraps [ErrName] if rosters could not hold the name.
func NewReviewer(name string) (*Key, error) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, fmt.Errorf("make reviewer's key: %w", err)
	}
	return newKey(name, roster.KeyNameReviewer, id)
}

// NewAdministrator makes the key of an administrator, which signs rosters and
// opens nothing.
func NewAdministrator(name string) (*Key, error) { return newKey(name, roster.KeyNameAdministrator) }

func newKey(name, signs string, ids ...*age.HybridIdentity) (*Key, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	seed := make([]byte, seedSize)
	defer clear(seed)
	rand.Read(seed) // never fails: it ends the program instead
	k := &Key{Name: name, Identities: ids}
	k.skey, k.vkey = signerOf(signs, seed)
	return k, nil
}

// CheckName returns an error wrapping [ErrName], and saying why, if rosters
// could not hold the name.
func CheckName(name string) error {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Errorf("%w: it holds a character that cannot be printed", ErrName)
	}
	// A card of a key that is nobody's shows what cards and rosters take.
	_, vkey := signerOf(roster.KeyNameAdministrator, make([]byte, seedSize))
	if _, err := roster.ParseCard(roster.Card{Name: name, Key: vkey}.Text()); err != nil {
		return fmt.Errorf("%w: %w", ErrName, err)
	}
	return nil
}

// Card returns the public half of the key. The error wraps [ErrNoSigningKey] for
// a key of age-keygen.
func (k *Key) Card() (roster.Card, error) {
	if k.vkey == "" {
		return roster.Card{}, ErrNoSigningKey
	}
	card := roster.Card{Name: k.Name, Key: k.vkey}
	if !k.Administrator() {
		card.Recipient = k.Identities[0].Recipient()
	}
	return card, nil
}

// Administrator tells whether this is the key of an administrator.
func (k *Key) Administrator() bool { return strings.HasPrefix(k.vkey, roster.KeyNameAdministrator+"+") }

// VerifierKey returns the public half of the signing key, "amana-reviewer+…" or
// "amana-administrator+…", or nothing if the key has none.
func (k *Key) VerifierKey() string { return k.vkey }

// Signer returns the signing key. The error wraps [ErrNoSigningKey] if there is
// none.
func (k *Key) Signer() (note.Signer, error) {
	if k.skey == "" {
		return nil, ErrNoSigningKey
	}
	signer, err := note.NewSigner(k.skey)
	if err != nil { // not err: it may quote the key
		return nil, fmt.Errorf("%w: the signing key is damaged", ErrNotIdentity)
	}
	return signer, nil
}

// Format prints a word in place of the secret, whatever the verb.
func (Key) Format(f fmt.State, _ rune) { io.WriteString(f, "**redacted**") }
