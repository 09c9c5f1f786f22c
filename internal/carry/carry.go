// Package carry reads and writes what crosses the air gap on a stick: bundles of
// sealed testimonies, which docs/formats.md describes, the files of a rotation
// (headers, slips, confirmations), which docs/formats-rotation.md does, and what
// comes back for the sources (acknowledgements, replies), which
// docs/formats-back.md does.
//
// It handles ciphertext and public facts only. It may not touch identities, a
// vault or the network, and it never opens anything: packages unseal and rewrap
// do.
package carry

import (
	"crypto/rand"
	"encoding/hex"
	"errors"

	"amana/internal/roster"

	"golang.org/x/mod/sumdb/note"
)

// What can be wrong with a carried file. Errors of this package wrap one of them.
var (
	ErrNotBundle  = errors.New("not a bundle")                                                                // it was never one, or not one that this program knows
	ErrNotParts   = errors.New("not a file of headers, slips, a confirmation, an acknowledgement or replies") // or not one that this program knows
	ErrMalformed  = errors.New("not written as the format asks")                                              // though it is as it was signed
	ErrNotWhole   = errors.New("not whole")                                                                   // it was cut off: copy it again
	ErrDamaged    = errors.New("damaged")                                                                     // bytes are not those that were written
	ErrIntake     = errors.New("the signature cannot be trusted")                                             // or is not that of the server that was expected
	ErrUnreadable = errors.New("the medium does not give it out")                                             // in this place; it still gives out others
	ErrChanged    = errors.New("what is to be written changed while it was written")                          // write it again
)

// Limits of what is carried, so that no input makes a reader allocate without
// bound. Those of rosters are in package roster.
const (
	maxManifest = 64 << 20  // bytes, in a bundle: about 300,000 testimonies
	maxHeader   = 1 << 20   // bytes of one age header
	maxPayload  = 1 << 44   // bytes of one payload
	maxList     = 256 << 10 // bytes of one list of reviewers, in a bundle of version 1
	maxLists    = 10_000
)

// List is one signed roster, or in a bundle of version 1 one list of reviewers,
// as text for package roster to parse.
type List struct {
	Epoch uint32
	Text  []byte
}

// Entry is what the manifest says of one testimony.
type Entry struct {
	ID          string   // 32 lower-case hexadecimal digits
	Day         string   // the day received in UTC, "2026-11-22"
	Epoch       uint32   // of the roster that it was sealed under when it arrived
	HeaderEpoch uint32   // of the roster that the header is for: Epoch until a rotation
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
	Rosters     []List  // the server's chain, in the order of their epochs; none if it was damaged there
	Recipients  []List  // lists of reviewers, by epoch: only in a bundle of version 1, which has no rosters
	Testimonies []Entry // in the order of their ids
}

// NewKey returns a fresh key with which a server signs its bundles: skey is
// secret and for [note.NewSigner], vkey is public and for [note.NewVerifier].
func NewKey() (skey, vkey string) {
	skey, vkey, err := note.GenerateKey(rand.Reader, roster.KeyNameIntake)
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
