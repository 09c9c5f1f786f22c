// Package attest signs statements with a reviewer's signing key, and checks them:
// what a reviewer coded, linked, copied or handed on.
//
// A statement is any bytes, signed for one purpose, so that what was signed as one
// thing can never be shown as another. The package keeps nothing, and knows neither
// testimonies nor rosters: whether a key may say something, its caller must know.
package attest

import (
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// ErrSignature is wrapped by errors about a signature that does not hold.
var ErrSignature = errors.New("the signature does not hold")

// Purpose is what a statement is signed for. It stands before the statement, in the
// bytes that are signed.
type Purpose string

// The purposes.
const (
	Coding  Purpose = "amana coding 1"  // an entry of a reviewer's coding or links
	Custody Purpose = "amana custody 1" // an entry of the record of custody
	Reveal  Purpose = "amana reveal 1"  // the reason for which a small cell is printed
)

// signed returns the bytes that are signed.
func signed(p Purpose, statement []byte) []byte {
	return append([]byte(string(p)+"\n"), statement...)
}

// Sign returns the signature of a statement, in base64.
func Sign(p Purpose, signer note.Signer, statement []byte) (string, error) {
	sig, err := signer.Sign(signed(p, statement))
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return base64.StdEncoding.EncodeToString(sig), nil
}

// Verify returns an error wrapping [ErrSignature] unless the key, a verifier key as
// rosters hold it ("amana-reviewer+…"), has signed the statement for the purpose.
func Verify(p Purpose, key string, statement []byte, signature string) error {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return fmt.Errorf("%w: it names no key", ErrSignature)
	}
	sig, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil || base64.StdEncoding.EncodeToString(sig) != signature || !verifier.Verify(signed(p, statement), sig) {
		return ErrSignature
	}
	return nil
}
