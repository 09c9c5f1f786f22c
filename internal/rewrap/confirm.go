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
// at which age would stop, and not come to theirs, is found.
//
// The error wraps [ErrNotOurs] if next is not for ids, [ErrOtherKey], or
// [ErrDamaged].
func Confirm(old, next []byte, ids []*age.HybridIdentity, n int) error {
	if _, err := carry.Stanzas(old); err != nil {
		return fmt.Errorf("old header: %w", ErrDamaged)
	}
	stanzas, err := carry.Stanzas(next)
	if err != nil {
		return fmt.Errorf("new header: %w", ErrDamaged)
	}
	if hybrid, other, _ := carry.CountRecipients(next); hybrid != n || other != 0 {
		return fmt.Errorf("new header: it is for %d readers, %d of them not post-quantum, and must be for %d reviewers: %w",
			hybrid+other, other, n, ErrDamaged)
	}
	if err := noneStops(stanzas, ids); err != nil {
		return fmt.Errorf("new header: %w", err)
	}
	key, err := unwrap(next, identities(ids))
	if err != nil {
		return fmt.Errorf("new header: %w", err)
	}
	defer clear(key)
	got, err := age.DecryptHeader(old, age.NewInjectedFileKeyIdentity(key))
	if err != nil { // old can be read, so it is the MAC that does not fit
		return fmt.Errorf("new header: %w", ErrOtherKey)
	}
	clear(got)
	return nil
}

// noneStops shows each stanza to each identity alone: it must open or be for
// somebody else.
func noneStops(stanzas []*age.Stanza, ids []*age.HybridIdentity) error {
	for i, s := range stanzas {
		for _, id := range ids {
			key, err := id.Unwrap([]*age.Stanza{s})
			clear(key)
			if err != nil && !errors.Is(err, age.ErrIncorrectIdentity) {
				return fmt.Errorf("stanza %d: %w", i+1, ErrDamaged)
			}
		}
	}
	return nil
}
