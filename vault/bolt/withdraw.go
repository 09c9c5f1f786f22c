package bolt

import (
	"context"
	"errors"
	"fmt"

	"amana/vault"
	"amana/vault/internal/boltpages"
)

// Remove implements [vault.Store].
func (s *Store) Remove(ctx context.Context, ids []vault.ID) (int, error) {
	done, err := s.change(ctx, len(ids), true, func(i int) (vault.ID, change) { return ids[i], remains })
	for _, r := range done.refused {
		// Whether a reviewer has signed for one that is damaged cannot be read.
		if err == nil && !errors.Is(r.Err, vault.ErrNotFound) {
			err = r.Err
		}
	}
	if err != nil {
		return done.removed, fmt.Errorf("vault: remove testimonies: %w", err)
	}
	return done.removed, nil
}

// remains is the change of Remove.
func remains(rec vault.Record) (*vault.Record, error) {
	if rec.Collected {
		return nil, nil
	}
	return removed, nil
}

// abandon hands the payload of a testimony whose record was removed, and whose id p
// owns, to the committer of payloads: it goes when its room is needed, as that of an
// upload that was aborted.
func (s *Store) abandon(p *pending) {
	// Once more: who looked between the first time and the commit saw the record.
	s.removals.Add(1)
	found := false
	err := s.payloads.view(func(v *boltpages.View) error {
		top, ok, err := v.Bucket(v.Root, payloadsBucket)
		if err != nil || !ok {
			return err
		}
		e, ok, err := v.Get(top, p.id[:])
		if err != nil || !ok {
			return err
		}
		found = true
		p.written, err = removable(v, &e)
		return err
	})
	if err != nil {
		s.logf("%s", leftAlone)
	}
	if err != nil || !found {
		s.forget(p)
		return
	}
	s.chunks <- chunk{p: p, abort: true}
}

// gone says whether what a record told of is no longer there, because it was
// removed since.
func (s *Store) gone(id vault.ID, sum [32]byte) bool {
	now, err := s.record(id)
	return errors.Is(err, vault.ErrNotFound) || err == nil && now.PayloadSum != sum
}
