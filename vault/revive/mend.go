package revive

import (
	"context"
	"errors"
	"fmt"
	"time"

	"amana/vault"
)

// watch has the vault prove now and then that it can be written to.
func (s *Store) watch() {
	tick := time.NewTicker(s.o.Every)
	defer tick.Stop()
	for {
		select {
		case <-s.stopping:
			return
		case <-tick.C:
		}
		l, err := s.present()
		if err == nil && s.away.Load() == nil {
			_ = s.failed(l, l.store.Prove(l.writing)) // which sees to what follows
		}
	}
}

// mend tries to open the vault anew until it succeeds or the store is closed.
func (s *Store) mend() {
	if !s.back.IsZero() && time.Since(s.back) > 2*s.o.Most {
		s.wait = s.o.Wait // it went well for long: begin anew
	}
	e := episode{s: s, kept: -1}
	for {
		select {
		case <-s.stopping:
			return
		case <-time.After(s.wait):
		}
		s.wait = min(2*s.wait, s.o.Most)
		findings, err := e.attempt()
		if errors.Is(err, ErrLost) {
			s.away.Store(&err)
			s.o.Closed(err)
			return
		}
		if err == nil {
			s.back = time.Now()
			s.gone.Store(0)
			s.away.Store(nil)
			s.o.Back(findings)
			return
		}
	}
}

// episode is one failure of the disk, until it is mended.
type episode struct {
	s    *Store
	kept int  // testimonies that were acknowledged; -1 before they are counted
	told bool // that it cannot be opened
}

// attempt opens the vault anew. Whatever can be read afterwards can be read.
func (e *episode) attempt() ([]vault.Finding, error) {
	s := e.s
	if l, _ := s.present(); l != nil {
		if err := s.o.Probe(); err != nil {
			return nil, err
		}
		if err := e.count(l); err != nil {
			return nil, err
		}
		s.exchange(nil)
		l.end()
		// What it says of closing is of no use: what matters is whether it opens.
		_ = l.store.Close()
	}
	store, err := s.o.Open()
	if err != nil {
		if !errors.Is(err, vault.ErrDisk) && !e.told {
			e.told = true
			s.o.Closed(fmt.Errorf("vault: it cannot be opened: %w", err))
		}
		return nil, err
	}
	l := newLife(store)
	l.fail() // until it has shown that it can be written to
	s.exchange(l)
	if err := e.compare(l); err != nil {
		return nil, err
	}
	var findings []vault.Finding
	if err := store.CheckRecords(l.reading, func(f vault.Finding) { findings = append(findings, f) }); err != nil {
		return nil, err
	}
	if err := store.Prove(l.reading); err != nil {
		return nil, err
	}
	well := *l
	well.writing, well.fail = context.WithCancel(well.reading)
	s.exchange(&well)
	return findings, nil
}

// count notes how much was acknowledged before the vault is closed, once: the vault
// counts in memory, so the disk has no say in it.
func (e *episode) count(l *life) error {
	if e.kept >= 0 {
		return nil
	}
	e.s.removing.Lock() // whatever is being removed is, or is not, by then
	defer e.s.removing.Unlock()
	u, err := l.store.Usage(l.reading)
	if err == nil {
		e.kept = u.Testimonies
	}
	return err
}

// compare sees that nothing which was acknowledged is missing. More may be there: a
// disk that fails can have kept what it said it had not.
func (e *episode) compare(l *life) error {
	u, err := l.store.Usage(l.reading)
	if err != nil {
		return err
	}
	if missing := e.kept - int(e.s.gone.Load()) - u.Testimonies; e.kept >= 0 && missing > 0 {
		return fmt.Errorf("vault: nothing is taken: %w: %w: %d of %d", vault.ErrDisk, ErrLost, missing, e.kept)
	}
	return nil
}

// exchange makes another life the present one.
func (s *Store) exchange(l *life) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = l
}
