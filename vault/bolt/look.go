package bolt

import (
	"context"
	"errors"
	"fmt"

	"amana/vault"
	"amana/vault/internal/boltpages"
)

// Look implements [vault.Store]. For an id that is not there it reads the record
// beside, and hashes it, as it does for one that is: how long it takes must not say
// whether there was anything.
func (s *Store) Look(ctx context.Context, ids []vault.ID) (states []vault.State, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	err = s.headers.view(func(v *boltpages.View) error {
		states, err = look(v, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("vault: look for testimonies: %w", err)
	}
	return states, nil
}

func look(v *boltpages.View, ids []vault.ID) ([]vault.State, error) {
	t, ok, err := v.Bucket(v.Root, headersBucket)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, errors.New("a bucket is missing")
	}
	states := make([]vault.State, len(ids))
	v.KeepTop()
	var buf []byte
	for i, id := range ids {
		e, found, err := v.Near(t, id[:])
		if err != nil {
			return nil, err
		}
		state := vault.Kept
		// Of one that is damaged nobody can say that it was collected.
		if b, err := e.Read(buf, maxRecord); err == nil {
			buf = b
			rec, err := decodeRecord(id, b)
			switch {
			case err == errPurged:
				state = vault.Purged
			case err == nil && rec.Collected:
				state = vault.Collected
			}
		}
		if found {
			states[i] = state
		}
	}
	return states, nil
}
