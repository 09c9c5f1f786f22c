package revive

import (
	"context"

	"amana/vault"
)

// Create implements [vault.Store].
func (s *Store) Create(ctx context.Context) (vault.Pending, error) {
	return s.begin(ctx, func(ctx context.Context, to vault.Store) (vault.Pending, error) { return to.Create(ctx) })
}

// CreateAs implements [vault.Store].
func (s *Store) CreateAs(ctx context.Context, id vault.ID) (vault.Pending, error) {
	return s.begin(ctx, func(ctx context.Context, to vault.Store) (vault.Pending, error) { return to.CreateAs(ctx, id) })
}

// CreateNote implements [vault.Store].
func (s *Store) CreateNote(ctx context.Context, id vault.ID) (vault.Pending, error) {
	return s.begin(ctx, func(ctx context.Context, to vault.Store) (vault.Pending, error) { return to.CreateNote(ctx, id) })
}

func (s *Store) begin(ctx context.Context, create func(context.Context, vault.Store) (vault.Pending, error)) (vault.Pending, error) {
	if away := s.away.Load(); away != nil {
		return nil, *away
	}
	l, err := s.present()
	if err != nil {
		return nil, err
	}
	within, end := bound(ctx, l.writing)
	p, err := create(within, l.store)
	if err != nil {
		end()
		return nil, s.failed(l, err)
	}
	return &pending{s: s, life: l, p: p, end: end}, nil
}

// pending is a testimony on its way into one life of the vault. It ends with it.
type pending struct {
	s    *Store
	life *life
	p    vault.Pending
	end  func()
}

// Write implements [vault.Pending].
func (p *pending) Write(data []byte) (int, error) {
	if err := p.life.writing.Err(); err != nil {
		return 0, p.s.failed(p.life, err)
	}
	n, err := p.p.Write(data)
	return n, p.s.failed(p.life, err)
}

// Commit implements [vault.Pending].
func (p *pending) Commit(label vault.Label) (vault.ID, error) {
	defer p.end()
	if err := p.life.writing.Err(); err != nil {
		p.p.Abort()
		return vault.ID{}, p.s.failed(p.life, err)
	}
	id, err := p.p.Commit(label)
	return id, p.s.failed(p.life, err)
}

// Abort implements [vault.Pending].
func (p *pending) Abort() {
	defer p.end()
	p.p.Abort()
}
