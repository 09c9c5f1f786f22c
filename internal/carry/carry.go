// Package carry reads and writes what crosses the air gap: bundles of sealed
// testimonies on a stick. docs/formats.md describes them.
//
// It handles ciphertext and public facts only. It may not touch identities, a
// vault or the network, and it never opens a testimony: package unseal does.
package carry

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// keyName is the name in the key of every server.
const keyName = "amana-intake"

// What can be wrong with a bundle. Errors of this package wrap one of them.
var (
	ErrNotBundle  = errors.New("not a bundle")                    // it was never one, or not one that this program knows
	ErrNotWhole   = errors.New("the bundle is not whole")         // it was cut off: copy it again
	ErrDamaged    = errors.New("damaged")                         // bytes are not those that the server wrote
	ErrIntake     = errors.New("the signature cannot be trusted") // or is not that of the server that was expected
	ErrUnreadable = errors.New("the medium does not give it out") // in this place; it still gives out others
)

// Limits of a bundle, so that no input makes a reader allocate without bound.
const (
	maxManifest = 64 << 20  // bytes: about 300,000 testimonies
	maxHeader   = 1 << 20   // bytes of one age header
	maxPayload  = 1 << 44   // bytes of one payload
	maxList     = 256 << 10 // bytes of one list of reviewers
	maxLists    = 10_000
)

// List is one list of reviewers as text, for package roster to parse.
type List struct {
	Epoch uint32
	Text  []byte
}

// Entry is what the manifest says of one testimony.
type Entry struct {
	ID          string   // 32 lower-case hexadecimal digits
	Day         string   // the day received in UTC, "2026-11-22"
	Epoch       uint32   // of the list it is sealed to
	HeaderSize  int64    // bytes of the age header
	HeaderSum   [32]byte // SHA-256 of the age header
	PayloadSize int64    // bytes after the header
	PayloadSum  [32]byte // SHA-256 of the payload
}

// Size returns the number of bytes of the whole age file.
func (e *Entry) Size() int64 { return e.HeaderSize + e.PayloadSize }

// Member returns the name of the testimony's age file in the bundle.
func (e *Entry) Member() string { return "testimonies/" + e.ID + ".age" }

// Manifest says what a bundle holds.
type Manifest struct {
	Made        string  // day in UTC, "2026-11-22"
	Intake      string  // verifier key of the server; WriteBundle sets it
	Recipients  []List  // in the order of their epochs; lists that no testimony needs are left out
	Testimonies []Entry // in the order of their ids
}

// NewKey returns a fresh key with which a server signs its bundles: skey is
// secret and for [note.NewSigner], vkey is public and for [note.NewVerifier].
func NewKey() (skey, vkey string) {
	skey, vkey, err := note.GenerateKey(rand.Reader, keyName)
	if err != nil {
		panic("carry: crypto/rand failed: " + err.Error()) // it never does: it ends the program instead
	}
	return skey, vkey
}

// validID tells whether s is an id in its one spelling.
func validID(s string) bool {
	raw, err := hex.DecodeString(s)
	return err == nil && len(raw) == 16 && hex.EncodeToString(raw) == s
}

// listMember returns the name of a list of reviewers in the bundle.
func listMember(epoch uint32) string { return fmt.Sprintf("recipients/%d.txt", epoch) }
