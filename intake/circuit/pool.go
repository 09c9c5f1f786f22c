package circuit

import (
	"cmp"
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
	looked  time.Time // when a waiter looked last
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
	if p.counts && t.each && g.member.uploads >= t.shares.Uploads {
		return nil, ErrShare
	}
	waits := slices.ContainsFunc(p.waiters, func(w *waiter) bool { return w.guest.member == g.member })
	w := &waiter{g, make(chan *Place, 1)}
	p.waiters = append(p.waiters, w)
	p.serve()
	if len(w.got) == 0 && t.each && patience > 0 && !waits {
		t.mu.Unlock()
		p.wait(ctx, w, patience)
		t.mu.Lock()
	}
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
			p.look()
		}
	}
}

// look serves those who wait, but not for each of them anew.
func (p *Pool) look() {
	p.table.mu.Lock()
	defer p.table.mu.Unlock()
	if now := p.table.now(); now.Sub(p.looked) >= again/2 {
		p.looked = now
		p.serve()
	}
}

// serve gives places to those who wait: first to the circuit that may make most
// requests, which made fewest. Whoever takes places again and again comes last, and
// needs new circuits to do better.
func (p *Pool) serve() {
	slices.SortStableFunc(p.waiters, func(a, b *waiter) int { return cmp.Compare(b.guest.member.tokens, a.guest.member.tokens) })
	slow, known := []slowOne(nil), false
	p.waiters = slices.DeleteFunc(p.waiters, func(w *waiter) bool {
		m := w.guest.member
		if p.counts && p.table.each && m.uploads >= p.table.shares.Uploads || p.scarce(m) {
			return false
		}
		if p.taken() >= p.size {
			if !known {
				slow, known = p.slow(), true
			}
			if !p.displace(slow, m) {
				return false
			}
			known = false
		}
		w.got <- p.give(w.guest)
		return true
	})
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

// scarce reports whether a circuit that holds places may have no more for now, because
// few are left. So no handful of circuits takes them all.
func (p *Pool) scarce(m *member) bool {
	return p.table.each && p.held(m) >= max(1, (p.size-p.taken())/8)
}

// give gives a place that is free.
func (p *Pool) give(g *Guest) *Place {
	place := &Place{pool: p, guest: g}
	p.holders = append(p.holders, place)
	g.places++
	if p.counts {
		g.member.uploads++
	}
	return place
}

// slowOne is a place whose form is slower than is fair.
type slowOne struct {
	place *Place
	held  int // places of its circuit
	rate  float64
}

// slow returns the forms that could make room, in the order in which they would: first
// those of the circuit that holds most places, and of these the one that brings fewest
// bytes.
//
// The slowest and not the one that is slow for longest: an honest source on a bad
// line is faster than who sends a byte now and then to hold a place, and to be faster
// costs him.
func (p *Pool) slow() (slow []slowOne) {
	now := p.table.now()
	for _, h := range p.holders {
		if h.displaced {
			continue
		}
		rate, known := h.guest.pace(now)
		if h.guest.stage == ending && now.Sub(h.guest.since) >= p.table.window {
			rate, known = 0, true // does not read its answer
		}
		if known && rate < p.table.fair {
			slow = append(slow, slowOne{h, p.held(h.guest.member), rate})
		}
	}
	slices.SortFunc(slow, func(a, b slowOne) int {
		return cmp.Or(cmp.Compare(b.held, a.held), cmp.Compare(a.rate, b.rate))
	})
	return slow
}

// displace takes a place from a slow one for a form of m and reports whether it
// could: nobody takes one from a circuit that does not hold more than his own, but his
// own.
func (p *Pool) displace(slow []slowOne, m *member) bool {
	// Those who lost their places before are still being told so.
	if len(p.holders)-p.taken() >= max(1, p.size/4) {
		return false
	}
	own := p.held(m)
	for _, s := range slow {
		if s.place.guest.member == m || s.held > own {
			s.place.displace()
			return true
		}
	}
	return false
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
