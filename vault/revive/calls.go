package revive

import (
	"context"
	"io"

	"amana/vault"
)

// bound returns a context that ends with both.
func bound(ctx, life context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(life, cancel)
	return ctx, func() { stop(); cancel() }
}

// read carries out a call that only reads.
func (s *Store) read(ctx context.Context, do func(context.Context, vault.Store) error) error {
	l, err := s.present()
	if err != nil {
		return err
	}
	within, end := bound(ctx, l.reading)
	defer end()
	err = do(within, l.store)
	if away := s.away.Load(); err != nil && away != nil && l.reading.Err() != nil && ctx.Err() == nil {
		return *away
	}
	return err
}

// write carries out a call that writes, if the disk is well.
func (s *Store) write(ctx context.Context, do func(context.Context, vault.Store) error) error {
	if away := s.away.Load(); away != nil {
		return *away
	}
	l, err := s.present()
	if err != nil {
		return err
	}
	within, end := bound(ctx, l.writing)
	defer end()
	return s.failed(l, do(within, l.store))
}

// Records implements [vault.Reader].
func (s *Store) Records(ctx context.Context, after vault.ID, limit int) (records []vault.Record, err error) {
	err = s.read(ctx, func(ctx context.Context, from vault.Store) error {
		records, err = from.Records(ctx, after, limit)
		return err
	})
	return records, err
}

// Purged implements [vault.Reader].
func (s *Store) Purged(ctx context.Context, after vault.ID, limit int) (ids []vault.ID, err error) {
	err = s.read(ctx, func(ctx context.Context, from vault.Store) error {
		ids, err = from.Purged(ctx, after, limit)
		return err
	})
	return ids, err
}

// Look implements [vault.Store].
func (s *Store) Look(ctx context.Context, ids []vault.ID) (states []vault.State, err error) {
	err = s.read(ctx, func(ctx context.Context, from vault.Store) error {
		states, err = from.Look(ctx, ids)
		return err
	})
	return states, err
}

// Usage implements [vault.Reader]. While the disk fails it says so.
func (s *Store) Usage(ctx context.Context) (u vault.Usage, err error) {
	err = s.read(ctx, func(ctx context.Context, from vault.Store) error {
		u, err = from.Usage(ctx)
		return err
	})
	if away := s.away.Load(); away != nil {
		u.Failed = (*away).Error()
	}
	return u, err
}

// Check implements [vault.Reader].
func (s *Store) Check(ctx context.Context, report func(vault.Finding)) error {
	return s.read(ctx, func(ctx context.Context, from vault.Store) error { return from.Check(ctx, report) })
}

// CheckRecords implements [vault.Reader].
func (s *Store) CheckRecords(ctx context.Context, report func(vault.Finding)) error {
	return s.read(ctx, func(ctx context.Context, from vault.Store) error { return from.CheckRecords(ctx, report) })
}

// Open implements [vault.Reader]. What is open when the vault is opened anew breaks
// off with an error.
func (s *Store) Open(ctx context.Context, id vault.ID) (io.ReadCloser, error) {
	l, err := s.present()
	if err != nil {
		return nil, err
	}
	within, end := bound(ctx, l.reading)
	r, err := l.store.Open(within, id)
	if err != nil {
		end()
		return nil, err
	}
	return opened{r, end}, nil
}

// opened is a testimony being read.
type opened struct {
	io.ReadCloser
	end func()
}

// Close implements io.Closer.
func (o opened) Close() error {
	defer o.end()
	return o.ReadCloser.Close()
}

// Collect implements [vault.Store].
func (s *Store) Collect(ctx context.Context, receipts []vault.Receipt) (refused []vault.Refusal, err error) {
	err = s.write(ctx, func(ctx context.Context, to vault.Store) error {
		refused, err = to.Collect(ctx, receipts)
		return err
	})
	return refused, err
}

// Propose implements [vault.Store].
func (s *Store) Propose(ctx context.Context, slips []vault.Slip) (refused []vault.Refusal, err error) {
	err = s.write(ctx, func(ctx context.Context, to vault.Store) error {
		refused, err = to.Propose(ctx, slips)
		return err
	})
	return refused, err
}

// Settle implements [vault.Store].
func (s *Store) Settle(ctx context.Context, epoch uint32, by [16]byte, confirmed []vault.Confirmed) (refused []vault.Refusal, err error) {
	err = s.write(ctx, func(ctx context.Context, to vault.Store) error {
		refused, err = to.Settle(ctx, epoch, by, confirmed)
		return err
	})
	return refused, err
}

// Remove implements [vault.Store].
func (s *Store) Remove(ctx context.Context, ids []vault.ID) (int, error) {
	return s.remove(ctx, ids, vault.Store.Remove)
}

// Purge implements [vault.Store].
func (s *Store) Purge(ctx context.Context, ids []vault.ID) (int, error) {
	return s.remove(ctx, ids, vault.Store.Purge)
}

// remove carries out a call after which fewer testimonies are kept.
func (s *Store) remove(ctx context.Context, ids []vault.ID, do func(vault.Store, context.Context, []vault.ID) (int, error)) (n int, err error) {
	s.removing.RLock()
	defer s.removing.RUnlock()
	err = s.write(ctx, func(ctx context.Context, to vault.Store) error {
		n, err = do(to, ctx, ids)
		return err
	})
	if broke(err) { // the disk may have kept it all the same
		s.gone.Add(int64(len(ids)))
	}
	return n, err
}

// Rewrite implements [vault.Store].
func (s *Store) Rewrite(ctx context.Context) error {
	return s.write(ctx, func(ctx context.Context, to vault.Store) error { return to.Rewrite(ctx) })
}
