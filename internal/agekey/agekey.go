// Package agekey makes age's hybrid identities from the 32 bytes that they are
// made of, which age itself only reads and writes as text.
//
// It touches nothing but what it is given.
package agekey

import "filippo.io/age"

// SeedSize is the size of a seed in bytes.
const SeedSize = 32

// FromSeed returns the identity of a seed. The error does not quote it.
func FromSeed(seed []byte) (*age.HybridIdentity, error) { panic("contract") }

// Seed returns the seed of an identity. The caller clears it.
func Seed(id *age.HybridIdentity) ([]byte, error) { panic("contract") }
