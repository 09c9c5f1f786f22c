// Package shares splits a key into printed shares, any k of which make it again
// while k-1 say nothing of it. docs/formats-keys.md describes them.
//
// A random scalar is shared by Shamir's method, and a key derived from it
// encrypts what the reviewer's or administrator's key is made of; that ciphertext
// stands in every share. The package handles secrets and belongs to the offline
// programs; it may not touch files or the network.
package shares

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"amana/internal/keyfile"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/secretsharing"
)

// Most is how many shares a key can have.
const Most = 16

// What can be wrong with shares. No error says anything of what is in them.
var (
	ErrCount     = errors.New("a key is split into 2 to 16 shares, of which at least 2 are needed")
	ErrMalformed = errors.New("this is not a share as it was printed") // see also [LineError]
	ErrVersion   = errors.New("this share is of a newer version: use a newer program")
	ErrTooFew    = errors.New("there are too few shares")
	ErrSets      = errors.New("the shares are not of one key")
	ErrForged    = errors.New("the shares do not fit together")
)

// Share is one part of a key. Printed with any verb it shows nothing.
type Share struct {
	Set    [4]byte // random, the same in all shares that belong together
	Needed int     // how many make the key again
	Of     int     // how many there are
	Number int     // which one this is, from 1 on

	value  [valueSize]byte // of the shared scalar
	sealed []byte          // the key, encrypted
}

// Format prints a word in place of the secret, whatever the verb.
func (Share) Format(f fmt.State, _ rune) { io.WriteString(f, "**redacted**") }

const (
	valueSize = 32 // bytes of a scalar
	seedSize  = 32
	tagSize   = 16
	maxName   = 400 // bytes
	minSealed = 1 + seedSize + 1 + tagSize
	maxSealed = 1 + 2*seedSize + maxName + tagSize
)

// Kinds of key, the first byte of what is sealed.
const (
	kindReviewer      = 1
	kindAdministrator = 2
)

// field is where the scalars are from.
var field = group.Ristretto255

// Split returns n shares of a key, any k of which make it again. The error wraps
// [ErrCount], or [keyfile.ErrNoSigningKey] for a key of age-keygen. The shares
// were joined again before it returns.
func Split(key *keyfile.Key, k, n int) ([]*Share, error) {
	if k < 2 || k > n || n > Most {
		return nil, ErrCount
	}
	plain, err := marshal(key)
	if err != nil {
		return nil, fmt.Errorf("split key: %w", err)
	}
	defer clear(plain)
	first := Share{Needed: k, Of: n}
	rand.Read(first.Set[:]) // never fails: it ends the program instead
	secret := field.RandomNonZeroScalar(rand.Reader)
	aead, err := first.cipher(secret)
	if err != nil {
		return nil, fmt.Errorf("split key: %w", err)
	}
	first.sealed = aead.Seal(nil, make([]byte, aead.NonceSize()), plain, first.about())
	var all []*Share
	for i, point := range secretsharing.New(rand.Reader, uint(k-1), secret).Share(uint(n)) {
		share := first
		share.Number = i + 1
		value, err := point.Value.MarshalBinary()
		if err != nil || copy(share.value[:], value) != valueSize {
			return nil, errors.New("split key: a share cannot be written")
		}
		clear(value)
		all = append(all, &share)
	}
	for _, some := range [][]*Share{all[:k], all[n-k:]} {
		if _, _, err := Join(some); err != nil {
			return nil, fmt.Errorf("split key: try the shares: %w", err)
		}
	}
	return all, nil
}

// about is what all shares of a set have in common, besides what is sealed: it
// cannot be changed without the sealed part refusing to open.
func (s *Share) about() []byte {
	return append(append([]byte{version}, s.Set[:]...), byte(s.Needed), byte(s.Of))
}

// cipher returns what seals and opens under a scalar. Each scalar seals once, so
// the nonce is zero.
func (s *Share) cipher(secret group.Scalar) (cipher.AEAD, error) {
	raw, err := secret.MarshalBinary()
	if err != nil {
		return nil, errors.New("write scalar")
	}
	defer clear(raw)
	key, err := hkdf.Key(sha256.New, raw, s.about(), "amana shares 1", 32)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use key: %w", err)
	}
	return cipher.NewGCM(block)
}

// marshal returns what a key is made of. The caller clears it.
func marshal(key *keyfile.Key) ([]byte, error) {
	identity, signing, err := key.Seeds()
	if err != nil {
		return nil, err
	}
	defer clear(identity)
	defer clear(signing)
	kind := byte(kindReviewer)
	if key.Administrator() {
		kind = kindAdministrator
	}
	plain := make([]byte, 0, maxSealed)
	plain = append(append(append(append(plain, kind), identity...), signing...), key.Name...)
	return plain, nil
}

// unmarshal makes the key again.
func unmarshal(plain []byte) (*keyfile.Key, error) {
	seeds := map[byte]int{kindReviewer: 2, kindAdministrator: 1}
	n := 0
	if len(plain) > 0 {
		n = seeds[plain[0]]
	}
	if n == 0 || len(plain) < 1+n*seedSize {
		return nil, ErrVersion
	}
	rest := plain[1:]
	var identity []byte
	if n == 2 {
		identity, rest = rest[:seedSize], rest[seedSize:]
	}
	return keyfile.FromSeeds(string(rest[seedSize:]), identity, rest[:seedSize])
}
