package bolt

import (
	"context"
	"fmt"
	"slices"

	"amana/vault"
)

// Collect implements [vault.Store].
func (s *Store) Collect(ctx context.Context, receipts []vault.Receipt) ([]vault.Refusal, error) {
	done, err := s.change(ctx, len(receipts), false, func(i int) (vault.ID, change) {
		return receipts[i].ID, func(rec vault.Record) (*vault.Record, error) { return collect(rec, &receipts[i]) }
	})
	// A reviewer has signed for what was purged, and its payload cannot be compared.
	refused := slices.DeleteFunc(done.refused, func(r vault.Refusal) bool { return r.Err == errPurged })
	if err != nil {
		return refused, fmt.Errorf("vault: mark what was collected: %w", err)
	}
	return refused, nil
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
