package circuit

import (
	"container/list"
	"sync"
	"time"
)

// Shares are what one circuit may have.
type Shares struct {
	Conns    int   // connections at once
	Uploads  int   // forms that are being kept at once
	Requests int   // requests a minute on average; half of it at once
	Bytes    int64 // bytes of forms that wait in memory until they are answered
}

const (
	// memory is how long a circuit is remembered that has no connection any more: by
	// then whatever it did has been made good.
	memory = time.Minute
	// maxIdle is how many such circuits are remembered. Whoever has more can get a
	// whole share for each, as with circuits that are new.
	maxIdle = 4096
)

// Options are how a server is shared out.
type Options struct {
	Each  *Shares // each circuit's; nil: circuits are not told apart, and share everything
	Conns int     // connections of all circuits at once
	Fair  int64   // bytes a second that keep a place when all are taken

	// Window is how long a pace is averaged over: only waiting for the source counts. It
	// is as well the time that everybody has before somebody can take his place. A
	// circuit through Tor stalls for seconds and then goes on.
	Window time.Duration
}

// Table is everybody who is connected, by circuit. Its methods may be called from
// any number of goroutines.
type Table struct {
	shares Shares
	each   bool // whether each circuit has a share
	conns  int
	fair   float64
	window time.Duration
	now    func() time.Time

	mu     sync.Mutex
	byID   map[ID]*member
	idle   *list.List // members without a connection, those that left first in front
	guests map[*Guest]struct{}
}

// member is a circuit.
type member struct {
	id      ID
	open    int     // connections
	uploads int     // places held in pools that count
	bytes   int64   // reserved
	tokens  float64 // requests that it may make now; below 0 when it made too many
	filled  time.Time
	left    time.Time     // when open became 0
	idle    *list.Element // nil while it is open
	turn    chan struct{} // of capacity 1
	turns   int           // that have the turn or wait for it
}

// New makes a table.
func New(o Options) *Table {
	t := &Table{
		conns:  o.Conns,
		fair:   float64(o.Fair),
		window: o.Window,
		now:    time.Now, // goes by the monotonic clock, whatever happens to the day
		byID:   make(map[ID]*member),
		idle:   list.New(),
		guests: make(map[*Guest]struct{}),
	}
	if o.Each != nil {
		t.shares, t.each = *o.Each, true
	}
	return t
}

// Each reports whether each circuit has a share.
func (t *Table) Each() bool { return t.each }

// burst is how many requests a circuit may make at once.
func (t *Table) burst() float64 { return max(1, float64(t.shares.Requests)/2) }

// Enter lets a connection in. It returns nil if there is no place for it: it should
// be closed then. The caller must Leave.
func (t *Table) Enter(id ID, c Connection) *Guest {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	t.sweep(now)
	m := t.member(id, now)
	defer t.rest(m, now)
	if t.each && (m.open >= t.shares.Conns || m.tokens <= -t.burst()) {
		return nil
	}
	var victim *Guest
	if len(t.guests) >= t.conns {
		if victim = t.waitsMost(m); victim == nil {
			return nil
		}
	}
	m.tokens--
	m.open++
	if victim != nil {
		t.remove(victim, now)
		victim.displaced.Store(true)
		victim.conn.Close()
	}
	g := &Guest{table: t, member: m, conn: c, over: t.each && m.tokens < 0, since: now}
	t.guests[g] = struct{}{}
	return g
}

// member returns the circuit of a number, with the requests that it may make.
func (t *Table) member(id ID, now time.Time) *member {
	m := t.byID[id]
	if m == nil {
		if t.idle.Len() >= maxIdle {
			t.forget(t.idle.Front())
		}
		m = &member{id: id, tokens: t.burst(), filled: now, turn: make(chan struct{}, 1)}
		t.byID[id] = m
	}
	if m.idle != nil {
		t.idle.Remove(m.idle)
		m.idle = nil
	}
	if passed := now.Sub(m.filled); passed > 0 {
		m.tokens = min(t.burst(), m.tokens+passed.Minutes()*float64(t.shares.Requests))
		m.filled = now
	}
	return m
}

// rest puts a circuit among the idle ones if it is.
func (t *Table) rest(m *member, now time.Time) {
	if m.open == 0 && m.idle == nil {
		m.left = now
		m.idle = t.idle.PushBack(m)
	}
}

func (t *Table) forget(e *list.Element) { delete(t.byID, t.idle.Remove(e).(*member).id) }

// Sweep forgets circuits whose time is over. It is for when nobody comes.
func (t *Table) Sweep() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(t.now())
}

func (t *Table) sweep(now time.Time) {
	for e := t.idle.Front(); e != nil && now.Sub(e.Value.(*member).left) >= memory; e = t.idle.Front() {
		t.forget(e)
	}
}

// waitsMost returns the connection that makes room for one more of m: of the circuit
// that has most of them, the one that waits longest. None is taken from a circuit that
// has not more than m, but for m's own. When nobody idles, it is one that still sends
// and holds no place, of another circuit that has two more than m at least: whoever
// renews his connections before it can be told that they are slow must not hold them all.
func (t *Table) waitsMost(m *member) (victim *Guest) {
	idle := false
	for g := range t.guests {
		if g.member != m && g.member.open <= m.open {
			continue
		}
		idles := g.idles()
		if !idles && (idle || g.member == m || g.member.open < m.open+2 || !g.sends()) {
			continue
		}
		if victim == nil || idles && !idle || g.member.open > victim.member.open ||
			g.member.open == victim.member.open && g.since.Before(victim.since) {
			victim, idle = g, idles
		}
	}
	return victim
}

// remove takes a guest out. It may be called again.
func (t *Table) remove(g *Guest, now time.Time) {
	if _, there := t.guests[g]; !there {
		return
	}
	delete(t.guests, g)
	g.member.open--
	g.member.bytes -= g.bytes
	t.rest(g.member, now)
}
