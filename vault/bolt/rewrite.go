package bolt

import (
	"context"
)

// Rewrite implements [vault.Store].
func (s *Store) Rewrite(ctx context.Context) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.leave()
	return ctx.Err()
}
