package bolt

import (
	"context"
	"fmt"

	"amana/vault"
)

// Collect implements [vault.Store].
func (s *Store) Collect(ctx context.Context, receipts []vault.Receipt) ([]vault.Refusal, error) {
	done, err := s.change(ctx, len(receipts), false, func(i int) (vault.ID, change) {
		return receipts[i].ID, func(rec vault.Record) (*vault.Record, error) { return collect(rec, &receipts[i]) }
	})
	if err != nil {
		return done.refused, fmt.Errorf("vault: mark what was collected: %w", err)
	}
	return done.refused, nil
}

func collect(rec vault.Record, receipt *vault.Receipt) (*vault.Record, error) {
	if rec.PayloadSum != receipt.PayloadSum {
		return nil, vault.ErrStale
	}
	if rec.Collected {
		return nil, nil
	}
	rec.Collected = true
	return &rec, nil
}
