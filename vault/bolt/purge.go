package bolt

import (
	"context"
	"errors"
	"fmt"

	"amana/vault"
	"amana/vault/internal/boltpages"
)

// Purge implements [vault.Store].
func (s *Store) Purge(ctx context.Context, ids []vault.ID) (int, error) {
	done, err := s.change(ctx, len(ids), true, func(i int) (vault.ID, change) {
		return ids[i], func(rec vault.Record) (*vault.Record, error) {
			if !rec.Collected {
				return nil, nil
			}
			return purged, nil
		}
	})
	for _, r := range done.refused {
		if err == nil && !errors.Is(r.Err, vault.ErrNotFound) {
			err = r.Err
		}
	}
	if err != nil {
		return done.removed, fmt.Errorf("vault: purge testimonies: %w", err)
	}
	return done.removed, nil
}

// Purged implements [vault.Reader].
func (s *Store) Purged(ctx context.Context, after vault.ID, limit int) (ids []vault.ID, err error) {
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	for limit > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		end, err := s.purgedSlice(&after, limit, &ids)
		if err != nil {
			return nil, fmt.Errorf("vault: list what was purged: %w", err)
		}
		if end || len(ids) >= limit {
			break
		}
	}
	return ids, ctx.Err()
}

// purgedSlice looks at some records after the one given, in one transaction, and adds
// the ids of what was purged to those there are. It moves after on, and says whether
// the end is reached.
func (s *Store) purgedSlice(after *vault.ID, limit int, ids *[]vault.ID) (end bool, err error) {
	var behind *vault.ID
	if *after != (vault.ID{}) {
		from := *after
		behind = &from
	}
	seen := 0
	end = true
	err = s.headers.view(func(v *boltpages.View) error {
		return eachID(v, headersBucket, behind, func(id vault.ID, e *boltpages.Entry) error {
			*after = id
			if e.Len == purgedSize {
				b, err := e.Read(nil, maxRecord)
				if err != nil {
					return err
				}
				if _, err := decodeRecord(id, b); err == errPurged {
					*ids = append(*ids, id)
				}
			}
			if seen++; seen == groupChanges || len(*ids) == limit {
				end = false
				return boltpages.ErrStop
			}
			return nil
		})
	})
	return end, err
}
