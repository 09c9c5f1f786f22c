package bolt

import (
	"context"
	"errors"
	"fmt"

	"amana/vault"
)

// An id has an owner in Store.pending while something is, or may be, under it that
// is not a testimony kept: an upload from its first moment until its record is
// durable, and a payload without a record until it is removed. Nobody writes under
// an id that it does not own.

// Create implements [vault.Store]. A fresh random id is not looked for.
func (s *Store) Create(ctx context.Context) (vault.Pending, error) {
	if err := s.mayBegin(ctx); err != nil {
		return nil, err
	}
	p := newPending(ctx, s, vault.NewID())
	if !s.own(p) {
		return nil, vault.ErrTaken
	}
	return p, nil
}

// CreateAs implements [vault.Store].
func (s *Store) CreateAs(ctx context.Context, id vault.ID) (vault.Pending, error) {
	return s.createAs(ctx, id, false)
}

// CreateNote implements [vault.Store].
func (s *Store) CreateNote(ctx context.Context, id vault.ID) (vault.Pending, error) {
	return s.createAs(ctx, id, true)
}

func (s *Store) createAs(ctx context.Context, id vault.ID, note bool) (vault.Pending, error) {
	if id == (vault.ID{}) {
		return nil, errors.New("vault: the zero id names nothing")
	}
	if err := s.mayBegin(ctx); err != nil && !(note && errors.Is(err, vault.ErrFull)) {
		return nil, err
	}
	if err := s.enter(); err != nil {
		return nil, err
	}
	defer s.leave()
	p := newPending(ctx, s, id)
	p.note = note
	if err := s.claim(p); err != nil {
		return nil, fmt.Errorf("vault: begin a testimony: %w", err)
	}
	return p, nil
}

func (s *Store) mayBegin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.Ready()
}

// own makes p the owner of its id if nobody is.
func (s *Store) own(p *pending) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.pending[p.id]; taken {
		return false
	}
	s.pending[p.id] = p
	return true
}

// claim makes p the owner of its id, or says that it is taken. The files are looked
// at after that: what they do not hold then, nobody else can bring there.
func (s *Store) claim(p *pending) error {
	if !s.own(p) {
		return vault.ErrTaken
	}
	taken, err := holds(s.headers, headersBucket, p.id)
	if err == nil && !taken {
		// Payloads that are damaged, or were left where records are, have no owner.
		taken, err = holds(s.payloads, payloadsBucket, p.id)
	}
	if err == nil && (taken || !s.owns(p)) {
		err = vault.ErrTaken
	}
	if err != nil {
		s.forget(p)
	}
	return err
}

// disown makes a new owner for the id of a record that is about to be removed. It
// takes the place of an upload whose record has just become durable, and of one
// that is about to find out that the id is taken.
func (s *Store) disown(id vault.ID) *pending {
	p := &pending{id: id, ended: true}
	s.mu.Lock()
	s.pending[id] = p
	s.mu.Unlock()
	s.removals.Add(1)
	return p
}

func (s *Store) owns(p *pending) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending[p.id] == p
}

// forget ends the ownership of p: its testimony is kept, or nothing is left of it.
func (s *Store) forget(p *pending) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending[p.id] == p {
		delete(s.pending, p.id)
	}
}
