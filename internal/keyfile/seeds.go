package keyfile

import (
	"fmt"

	"amana/internal/agekey"
	"amana/internal/roster"

	"filippo.io/age"
)

// Bytes of the two seeds that a key is made of.
const seedSize = agekey.SeedSize

// Seeds returns the bytes that the key is made of: 32 of the age identity (nil
// for an administrator) and 32 of the signing key. The caller clears them. The
// error wraps [ErrNoSigningKey] for a key of age-keygen.
func (k *Key) Seeds() (identity, signing []byte, err error) {
	signs := roster.KeyNameReviewer
	if k.Administrator() {
		signs = roster.KeyNameAdministrator
	}
	signing, ok := seedOf(k.skey, signs)
	if !ok {
		return nil, nil, ErrNoSigningKey
	}
	if k.Administrator() {
		return nil, signing, nil
	}
	if len(k.Identities) != 1 {
		return nil, nil, fmt.Errorf("%w: it has %d identities", ErrNotIdentity, len(k.Identities))
	}
	if identity, err = agekey.Seed(k.Identities[0]); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrNotIdentity, err)
	}
	return identity, signing, nil
}

// FromSeeds returns the key that is made of the seeds that [Key.Seeds] returned:
// of an administrator if identity is nil, of a reviewer otherwise.
func FromSeeds(name string, identity, signing []byte) (*Key, error) {
	if err := CheckName(name); err != nil {
		return nil, err
	}
	if len(signing) != seedSize || identity != nil && len(identity) != seedSize {
		return nil, fmt.Errorf("%w: a seed has the wrong length", ErrNotIdentity)
	}
	k := &Key{Name: name}
	signs := roster.KeyNameAdministrator
	if identity != nil {
		signs = roster.KeyNameReviewer
		id, err := agekey.FromSeed(identity)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotIdentity, err)
		}
		k.Identities = []*age.HybridIdentity{id}
	}
	k.skey, k.vkey = signerOf(signs, signing)
	return k, nil
}
