package rewrap

import (
	"errors"
	"fmt"

	"amana/internal/carry"

	"filippo.io/age"
)

// Confirm proves that the age header next may take the place of old: it opens with
// ids, it has exactly n recipients, all hybrid, and the file key in it is that of
// old, for old's MAC fits it. A header with another file key would open, and
// leave a payload that nobody can read.
//
// What the other recipients find in their stanzas only they can tell. But a stanza
// at which age would stop, and not come to theirs, is found, and one too many for
// this reviewer, which would be one too few for another.
//
// The error wraps [ErrNotOurs] if next is not for ids, [ErrOtherKey], or
// [ErrDamaged].
func Confirm(old, next []byte, ids []*age.HybridIdentity, n int) error {
	if _, err := carry.Stanzas(old); err != nil {
		return fmt.Errorf("old header: %w", ErrDamaged)
	}
	key, err := open(next, ids, n)
	if err != nil {
		return fmt.Errorf("new header: %w", err)
	}
	defer clear(key)
	if !fits(old, key) {
		return fmt.Errorf("new header: %w", ErrOtherKey)
	}
	return nil
}

// open returns the file key of a header that must be as good as new. The caller
// clears it.
func open(header []byte, ids []*age.HybridIdentity, n int) ([]byte, error) {
	stanzas, err := carry.Stanzas(header)
	if err != nil {
		return nil, ErrDamaged
	}
	if hybrid, other := carry.Count(stanzas); hybrid != n || other != 0 {
		return nil, fmt.Errorf("%w: it is for %d readers, %d of them not post-quantum, and must be for %d reviewers",
			ErrDamaged, hybrid+other, other, n)
	}
	var key []byte
	for _, id := range ids {
		found, err := openAlone(stanzas, id)
		if err != nil {
			clear(key)
			return nil, err
		}
		if key == nil {
			key = found
		} else {
			clear(found)
		}
	}
	if key == nil {
		return nil, ErrNotOurs
	}
	if !fits(header, key) {
		clear(key)
		return nil, ErrDamaged
	}
	return key, nil
}

// fits tells whether the MAC of a header, which can be read, fits a file key.
func fits(header, key []byte) bool {
	// What age returns is key itself, not a copy to be cleared.
	_, err := age.DecryptHeader(header, age.NewInjectedFileKeyIdentity(key))
	return err == nil
}

// openAlone shows each stanza to an identity alone. All but one must be for
// somebody else. It returns the file key in that one, or nil if there is none.
func openAlone(stanzas []*age.Stanza, id *age.HybridIdentity) ([]byte, error) {
	var key []byte
	for i, s := range stanzas {
		found, err := id.Unwrap([]*age.Stanza{s})
		switch {
		case err == nil && key == nil:
			key = found
		case err == nil:
			clear(key)
			clear(found)
			return nil, fmt.Errorf("%w: more than one of its stanzas is for this key", ErrDamaged)
		case !errors.Is(err, age.ErrIncorrectIdentity):
			clear(key)
			return nil, fmt.Errorf("%w: nobody can open its stanza %d", ErrDamaged, i+1)
		}
	}
	return key, nil
}
