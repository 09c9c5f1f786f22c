package bolt

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"

	"amana/vault"
)

// Propose implements [vault.Store].
func (s *Store) Propose(ctx context.Context, slips []vault.Slip) ([]vault.Refusal, error) {
	done, err := s.change(ctx, len(slips), false, func(i int) (vault.ID, change) {
		return slips[i].ID, func(rec vault.Record) (*vault.Record, error) { return propose(rec, &slips[i]) }
	})
	if err != nil {
		return done.refused, fmt.Errorf("vault: keep new headers: %w", err)
	}
	return done.refused, nil
}

func propose(rec vault.Record, slip *vault.Slip) (*vault.Record, error) {
	if err := checkHeader(slip.Next.Header); err != nil {
		return nil, err
	}
	next := slip.Next
	if rec.HeaderEpoch == next.Epoch && bytes.Equal(rec.Header, next.Header) {
		return nil, nil // confirmed already
	}
	if rec.HeaderEpoch > next.Epoch || sha256.Sum256(rec.Header) != slip.Replaces {
		return nil, vault.ErrStale
	}
	if old := rec.Next; old != nil && old.Epoch == next.Epoch && old.By == next.By && bytes.Equal(old.Header, next.Header) {
		return nil, nil
	}
	rec.Next = &next
	return &rec, nil
}

// checkHeader holds a header that comes alone to what is asked of the header of
// a new testimony.
func checkHeader(header []byte) error {
	var p pending
	rest, err := p.takeHeader(header)
	if err == nil && !p.whole {
		err = fmt.Errorf("%w: it ends within its header", vault.ErrNotAge)
	}
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%w: something follows its header", vault.ErrNotAge)
	}
	return err
}

// Settle implements [vault.Store].
func (s *Store) Settle(ctx context.Context, epoch uint32, by [16]byte, confirmed []vault.Confirmed) ([]vault.Refusal, error) {
	done, err := s.change(ctx, len(confirmed), true, func(i int) (vault.ID, change) {
		return confirmed[i].ID, func(rec vault.Record) (*vault.Record, error) {
			return settle(rec, epoch, by, &confirmed[i])
		}
	})
	if err != nil {
		return done.refused, fmt.Errorf("vault: put new headers in force: %w", err)
	}
	return done.refused, nil
}

func settle(rec vault.Record, epoch uint32, by [16]byte, c *vault.Confirmed) (*vault.Record, error) {
	next := rec.Next
	now := sha256.Sum256(rec.Header)
	if rec.HeaderEpoch == epoch && now == c.Header {
		return nil, nil
	}
	if next == nil || next.Epoch != epoch || sha256.Sum256(next.Header) != c.Header || now != c.Replaces {
		return nil, vault.ErrStale
	}
	if next.By == by && by != ([16]byte{}) {
		return nil, vault.ErrSameHand
	}
	rec.Header, rec.HeaderEpoch, rec.Next = next.Header, next.Epoch, nil
	return &rec, nil
}
