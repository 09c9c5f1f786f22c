package circuit

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Why there is no place.
var (
	ErrShare = errors.New("circuit: the circuit has its share")
	ErrFull  = errors.New("circuit: all places are taken")
)

// Pool is a bounded number of places for forms.
type Pool struct {
	table   *Table
	size    int
	counts  bool
	holders []*Place
	waiters []*waiter
}

// Place is a place in a pool.
type Place struct {
	pool      *Pool
	guest     *Guest
	displaced bool // another has it now
}

// waiter waits for a place.
type waiter struct {
	guest *Guest
	got   chan *Place // of capacity 1
}

// again is how often a waiter looks whether somebody has become slow.
const again = 500 * time.Millisecond

// NewPool makes a pool. counts says that its places count as [Shares].Uploads.
func (t *Table) NewPool(size int, counts bool) *Pool {
	return &Pool{table: t, size: size, counts: counts}
}

// Take takes a place. If there is none, and circuits are told apart, it waits for as
// long as patience and ctx last, for one form of each circuit. The caller must Leave.
func (p *Pool) Take(ctx context.Context, g *Guest, patience time.Duration) (*Place, error) {
	t := p.table
	t.mu.Lock()
	defer t.mu.Unlock()
	if p.over(g.member) {
		return nil, ErrShare
	}
	if len(p.waiters) == 0 {
		if place := p.give(g); place != nil {
			return place, nil
		}
	}
	if !t.each || patience <= 0 || slices.ContainsFunc(p.waiters, func(w *waiter) bool { return w.guest.member == g.member }) {
		return nil, ErrFull
	}
	w := &waiter{g, make(chan *Place, 1)}
	p.waiters = append(p.waiters, w)
	t.mu.Unlock()
	p.wait(ctx, w, patience)
	t.mu.Lock()
	p.waiters = slices.DeleteFunc(p.waiters, func(o *waiter) bool { return o == w })
	select {
	case place := <-w.got:
		return place, nil
	default:
		return nil, ErrFull
	}
}

// wait waits until w has got a place or no longer waits for it.
func (p *Pool) wait(ctx context.Context, w *waiter, patience time.Duration) {
	end := time.NewTimer(patience)
	defer end.Stop()
	look := time.NewTicker(again)
	defer look.Stop()
	for {
		select {
		case place := <-w.got:
			w.got <- place
			return
		case <-end.C:
			return
		case <-ctx.Done():
			return
		case <-look.C:
			p.table.mu.Lock()
			p.serve()
			p.table.mu.Unlock()
		}
	}
}

// serve gives places to those who wait: first to the circuit that may make most
// requests, which made fewest. Whoever takes places again and again comes last, and
// needs new circuits to do better.
func (p *Pool) serve() {
	for len(p.waiters) > 0 {
		best := p.waiters[0]
		for _, w := range p.waiters[1:] {
			if w.guest.member.tokens > best.guest.member.tokens {
				best = w
			}
		}
		place := p.give(best.guest)
		if place == nil {
			return
		}
		best.got <- place
		p.waiters = slices.DeleteFunc(p.waiters, func(w *waiter) bool { return w == best })
	}
}

// held returns how many places a circuit has.
func (p *Pool) held(m *member) (n int) {
	for _, h := range p.holders {
		if h.guest.member == m && !h.displaced {
			n++
		}
	}
	return n
}

// taken returns how many places are taken, without those that were taken away and
// are not left yet.
func (p *Pool) taken() (n int) {
	for _, h := range p.holders {
		if !h.displaced {
			n++
		}
	}
	return n
}

// over reports whether a circuit may have no place more: it has its share, or it has
// one already and few are left. So no handful of circuits takes them all.
func (p *Pool) over(m *member) bool {
	if !p.table.each {
		return false
	}
	if p.counts && m.uploads >= p.table.shares.Uploads {
		return true
	}
	return p.held(m) >= max(1, (p.size-p.taken())/8)
}

// give gives a place, if need be that of the slowest.
func (p *Pool) give(g *Guest) *Place {
	if p.taken() >= p.size {
		victim := p.slowest(g.member)
		// Those who lost their places are still being told so.
		if victim == nil || len(p.holders)-p.taken() >= max(1, p.size/4) {
			return nil
		}
		victim.displace()
	}
	place := &Place{pool: p, guest: g}
	p.holders = append(p.holders, place)
	g.places++
	if p.counts {
		g.member.uploads++
	}
	return place
}

// slowest returns who makes room for a form of m, or nil: of the circuit that holds
// most places, the form that brings fewest bytes. Its pace must be less than is fair.
// Nobody takes a place from a circuit that does not hold more than his own.
//
// The slowest and not the one that is slow for longest: an honest source on a bad
// line is faster than who sends a byte now and then to hold a place, and to be faster
// costs him.
func (p *Pool) slowest(m *member) (victim *Place) {
	own := p.held(m)
	now := p.table.now()
	var most int
	var least float64
	for _, h := range p.holders {
		if h.displaced {
			continue
		}
		held := p.held(h.guest.member)
		rate, known := h.guest.pace(now)
		if h.guest.stage == ending && now.Sub(h.guest.since) >= window {
			rate, known = 0, true // does not read its answer
		}
		if !known || rate >= p.table.fair || h.guest.member != m && held <= own {
			continue
		}
		if victim == nil || held > most || held == most && rate < least {
			victim, most, least = h, held, rate
		}
	}
	return victim
}

// displace takes the place away.
func (h *Place) displace() {
	h.displaced = true
	if h.pool.counts {
		h.guest.member.uploads--
	}
	h.guest.displaced.Store(true)
	if h.guest.stage == ending {
		h.guest.conn.Close()
		return
	}
	// Whoever reads is woken. One who is about to read looks at displaced after he
	// has set his own deadline.
	h.guest.conn.SetReadDeadline(time.Unix(1, 0))
}

// Leave gives the place back. It may be called again.
func (h *Place) Leave() {
	p := h.pool
	p.table.mu.Lock()
	defer p.table.mu.Unlock()
	i := slices.Index(p.holders, h)
	if i < 0 {
		return
	}
	p.holders = slices.Delete(p.holders, i, i+1)
	h.guest.places--
	if p.counts && !h.displaced {
		h.guest.member.uploads--
	}
	p.serve()
}

// Full reports whether all places are taken.
func (p *Pool) Full() bool {
	p.table.mu.Lock()
	defer p.table.mu.Unlock()
	return p.taken() >= p.size
}

// Taken returns how many places are taken.
func (p *Pool) Taken() int {
	p.table.mu.Lock()
	defer p.table.mu.Unlock()
	return p.taken()
}
