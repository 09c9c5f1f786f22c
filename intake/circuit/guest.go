package circuit

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Connection is what is done to a connection that makes room for another. Both
// methods may be called from any goroutine.
type Connection interface {
	SetReadDeadline(time.Time) error
	Close() error
}

// stage is what is happening to a connection.
type stage int

const (
	waiting stage = iota // for the head of its request
	serving              // its request is being read and answered
	ending               // its answer is being sent
)

// Guest is one connection.
type Guest struct {
	table  *Table
	member *member
	conn   Connection
	over   bool

	// Under the table's lock.
	stage  stage
	since  time.Time // in this stage
	places int       // held in pools
	bytes  int64     // reserved

	displaced atomic.Bool

	mu       sync.Mutex
	asked    time.Time     // for the next bytes; zero while nothing is asked
	waited   time.Duration // for the source, in this window
	brought  int64         // bytes in this window
	rate     float64       // bytes a second in the window before
	measured bool          // whether there was one
	whole    bool          // everything has come
}

// Over reports whether the circuit has made too many requests. The answer is to say
// so; one that goes on all the same is not let in any more.
func (g *Guest) Over() bool { return g.over }

// Spend counts n requests more, for one that makes as much work.
func (g *Guest) Spend(n int) {
	t := g.table
	t.mu.Lock()
	defer t.mu.Unlock()
	g.member.tokens = max(-t.burst(), g.member.tokens-float64(n))
}

// Reserve counts bytes that wait in memory until the guest leaves. It reports whether
// they are within the circuit's share.
func (g *Guest) Reserve(bytes int64) bool {
	t := g.table
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, there := t.guests[g]; !there || t.each && g.member.bytes+bytes > t.shares.Bytes {
		return false
	}
	g.bytes += bytes
	g.member.bytes += bytes
	return true
}

// maxTurns is how many of one circuit may have a turn or wait for it.
const maxTurns = 3

// Turn waits for the circuit's turn at what it may do only once at a time, and returns
// how to end it. The error is [ErrShare] or that of ctx. Where circuits are not told
// apart there is always a turn.
func (g *Guest) Turn(ctx context.Context) (end func(), err error) {
	if !g.table.each {
		return func() {}, nil
	}
	m := g.member
	leave := func() {
		g.table.mu.Lock()
		defer g.table.mu.Unlock()
		m.turns--
	}
	g.table.mu.Lock()
	m.turns++
	many := m.turns > maxTurns
	g.table.mu.Unlock()
	if many {
		leave()
		return nil, ErrShare
	}
	select {
	case m.turn <- struct{}{}:
		return func() { <-m.turn; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}

// Serve says that the head of the request has come.
func (g *Guest) Serve() { g.enter(serving) }

// End says that the answer is being sent.
func (g *Guest) End() { g.enter(ending) }

func (g *Guest) enter(s stage) {
	g.table.mu.Lock()
	defer g.table.mu.Unlock()
	g.stage, g.since = s, g.table.now()
}

// Leave says that the connection is closed. It may be called again.
func (g *Guest) Leave() {
	g.table.mu.Lock()
	defer g.table.mu.Unlock()
	g.table.remove(g, g.table.now())
}

// Displaced reports whether the guest has made room for another. What it still gets
// is a short answer.
func (g *Guest) Displaced() bool { return g.displaced.Load() }

// Wait says that the next bytes are waited for from now on.
func (g *Guest) Wait() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.asked = g.table.now()
}

// Brought says that n bytes have come, and whether they are the last.
func (g *Guest) Brought(n int, last bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waited += g.table.now().Sub(g.asked)
	g.asked = time.Time{}
	g.brought += int64(n)
	g.whole = g.whole || last
	if g.waited >= g.table.window {
		g.rate, g.measured = float64(g.brought)/g.waited.Seconds(), true
		g.waited, g.brought = 0, 0
	}
}

// pace returns how many bytes a second came lately, and whether that can be told.
func (g *Guest) pace(now time.Time) (rate float64, known bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	var silent time.Duration
	if !g.asked.IsZero() {
		silent = now.Sub(g.asked)
	}
	waited := g.waited + silent
	switch {
	case g.whole:
		return 0, false
	case silent >= g.table.window:
		return 0, true // however much came before
	case waited >= g.table.window:
		return float64(g.brought) / waited.Seconds(), true
	}
	return g.rate, g.measured
}

// idles reports whether the connection may be closed for another: it has not said
// what it wants, or is being answered, or holds no place and brings little. It is
// called under the table's lock.
func (g *Guest) idles() bool {
	switch {
	case g.stage == waiting:
		return true
	case g.places > 0:
		return false
	case g.stage == ending:
		return true
	}
	rate, known := g.pace(g.table.now())
	return known && rate < g.table.fair
}

// sends reports whether the guest holds no place and its form has not come whole. It is
// called under the table's lock.
func (g *Guest) sends() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.stage == serving && g.places == 0 && !g.whole
}
