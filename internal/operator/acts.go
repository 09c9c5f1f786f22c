package operator

import (
	"context"
	"fmt"

	"amana/internal/admin"
	"amana/vault"
)

// acts is what a running server does for the operator besides importing.
type acts struct {
	store   vault.Store
	metrics *metrics
}

var _ admin.Acts = acts{}

// Purge implements [admin.Acts].
func (a acts) Purge(ctx context.Context, ids []vault.ID, last bool) (int, error) {
	n, err := a.store.Purge(ctx, ids)
	if err != nil || !last {
		return n, err
	}
	u, err := a.store.Usage(ctx)
	if err != nil {
		return n, fmt.Errorf("count testimonies: %w", err)
	}
	if u.RewriteDue {
		err = rewrite(ctx, a.store)
	}
	return n, err
}

// Metrics implements [admin.Acts].
func (a acts) Metrics(ctx context.Context) ([]byte, error) { return a.metrics.text(ctx) }
