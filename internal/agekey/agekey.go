// Package agekey makes age's hybrid identities from the 32 bytes that they are
// made of, which age itself only reads and writes as text.
//
// It touches nothing but what it is given.
package agekey

import (
	"errors"
	"fmt"

	"filippo.io/age"
)

// SeedSize is the size of a seed in bytes.
const SeedSize = 32

// Prefix is what the text of every hybrid identity begins with.
const Prefix = "AGE-SECRET-KEY-PQ-1"

// FromSeed returns the identity of a seed. The error does not quote it.
func FromSeed(seed []byte) (*age.HybridIdentity, error) {
	if len(seed) != SeedSize {
		return nil, fmt.Errorf("make an identity: a seed has %d bytes, not %d", SeedSize, len(seed))
	}
	id, err := age.ParseHybridIdentity(encode(seed))
	if err != nil { // not err: it may quote the seed
		return nil, errors.New("make an identity: age does not take the seed")
	}
	return id, nil
}

// Seed returns the seed of an identity. The caller clears it.
func Seed(id *age.HybridIdentity) ([]byte, error) {
	seed, ok := decode(id.String())
	if !ok || len(seed) != SeedSize {
		clear(seed)
		return nil, errors.New("take the seed of an identity: it is of an unknown kind")
	}
	return seed, nil
}
