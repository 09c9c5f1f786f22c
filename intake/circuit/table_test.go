package circuit

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"
)

// room is a table whose clock stands still until it is moved.
type room struct {
	*Table
	t  *testing.T
	mu sync.Mutex
	at time.Time
}

var share = Shares{Conns: 3, Uploads: 2, Requests: 60, Bytes: 100}

const (
	fair   = 8000
	window = 15 * time.Second
)

func newRoom(t *testing.T, shares *Shares, conns int) *room {
	r := &room{Table: New(Options{Each: shares, Conns: conns, Fair: fair, Window: window}), t: t, at: time.Unix(1, 0)}
	r.now = func() time.Time {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.at
	}
	return r
}

func (r *room) pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = r.at.Add(d)
}

// wire is a connection that notes what is done to it.
type wire struct {
	mu            sync.Mutex
	closed, woken bool
}

func (w *wire) Close() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	return nil
}

func (w *wire) SetReadDeadline(time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.woken = true
	return nil
}

func (w *wire) done() (closed, woken bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed, w.woken
}

// come lets a connection in that must get in.
func (r *room) come(id ID) (*Guest, *wire) {
	r.t.Helper()
	w := new(wire)
	g := r.Enter(id, w)
	if g == nil {
		r.t.Fatalf("circuit %d is not let in", uint32(id))
	}
	return g, w
}

func TestConnectionsOfACircuit(t *testing.T) {
	r := newRoom(t, &share, 100)
	first, _ := r.come(1)
	r.come(1)
	r.come(1)
	if r.Enter(1, new(wire)) != nil {
		t.Error("a circuit has more than its share")
	}
	r.come(2)
	first.Leave()
	first.Leave() // does nothing
	r.come(1)
	if r.Enter(1, new(wire)) != nil {
		t.Error("leaving twice counts twice")
	}
}

// A circuit that asks too often is told so, then not let in, and after a minute all
// is good again. It takes nothing from others.
func TestRequestsOfACircuit(t *testing.T) {
	r := newRoom(t, &share, 100)
	ask := func(id ID) string {
		g := r.Enter(id, new(wire))
		if g == nil {
			return "closed"
		}
		defer g.Leave()
		if g.Over() {
			return "told"
		}
		return "answered"
	}
	for n := range 100 {
		want := "answered"
		if n >= 30 {
			want = "told"
		}
		if n >= 60 {
			want = "closed"
		}
		if got := ask(1); got != want {
			t.Fatalf("request %d is %s, want %s", n+1, got, want)
		}
	}
	if got := ask(2); got != "answered" {
		t.Errorf("another circuit is %s", got)
	}
	r.pass(time.Second)
	if got := ask(1) + ask(1); got != "toldclosed" {
		t.Errorf("a second later: %s", got)
	}
	r.pass(time.Minute)
	for range 30 {
		if got := ask(1); got != "answered" {
			t.Fatalf("after a minute: %s", got)
		}
	}
	g, _ := r.come(1)
	g.Spend(1000)
	g.Leave()
	r.pass(time.Minute)
	if got := ask(1); got != "answered" {
		t.Errorf("a minute after much work: %s", got)
	}
}

func TestBytesOfACircuit(t *testing.T) {
	r := newRoom(t, &share, 100)
	a, _ := r.come(1)
	b, _ := r.come(1)
	other, _ := r.come(2)
	if !a.Reserve(60) || !b.Reserve(40) || b.Reserve(1) || !other.Reserve(100) {
		t.Error("not each circuit's own share")
	}
	a.Leave()
	if !b.Reserve(60) || b.Reserve(1) || a.Reserve(1) {
		t.Error("what left is counted, or can still take")
	}
}

// When all connections are taken, a new circuit takes the place of the one that waits
// longest, of the circuit that has most: never of one that is served, nor of one that
// has no more than itself.
func TestConnectionsMakeRoom(t *testing.T) {
	r := newRoom(t, &share, 4)
	served, servedWire := r.come(1)
	served.Serve()
	_, oldest := r.come(1)
	r.pass(time.Second)
	_, younger := r.come(1)
	_, other := r.come(2)
	r.pass(time.Second)
	if r.Enter(1, new(wire)) != nil {
		t.Error("a circuit has more than its share")
	}
	r.come(3)
	if closed, _ := oldest.done(); !closed {
		t.Error("the one that waits longest stays")
	}
	for _, w := range []*wire{servedWire, younger, other} {
		if closed, _ := w.done(); closed {
			t.Error("another had to go")
		}
	}
	r.come(4)
	if closed, _ := younger.done(); !closed {
		t.Error("the other that waits stays")
	}
	if r.Enter(3, new(wire)) == nil {
		t.Error("a circuit cannot exchange its own")
	}
	if r.Enter(2, new(wire)) == nil {
		t.Error("a circuit cannot exchange its own")
	}
	// Of circuits with one each it is still the one that waits longest.
	if r.Enter(5, new(wire)) == nil {
		t.Error("circuits with one connection each keep everybody out")
	}
}

// Circuits that renew their connections before it can be told that they are slow do not
// keep everybody out: what sends and holds no place makes room, of the circuit with most.
func TestRenewedConnectionsMakeRoom(t *testing.T) {
	r := newRoom(t, &share, 8)
	p := r.NewPool(64, true)
	var sending []*wire
	for id := range ID(2) {
		for n := range 3 {
			g, w := r.come(id + 1)
			g.Serve()
			switch {
			case id == 1 && n == 0:
				g.Brought(1, true) // it has come whole, and is being answered
			case id == 1:
				if _, err := p.Take(context.Background(), g, 0); err != nil {
					t.Fatal(err)
				}
			default:
				sending = append(sending, w)
			}
			r.pass(time.Millisecond)
		}
	}
	for range 2 { // has two: an honest one
		g, _ := r.come(3)
		g.Serve()
	}
	if r.Enter(2, new(wire)) != nil {
		t.Error("a circuit has more than its share")
	}
	g, _ := r.come(4)
	g.Serve()
	g, _ = r.come(5)
	g.Serve()
	if r.Enter(6, new(wire)) == nil { // of circuit 3, which has two and most
		t.Error("nobody makes room")
	}
	for i, w := range sending {
		if closed, _ := w.done(); closed != (i < 2) {
			t.Errorf("connection %d is closed: %v", i, closed)
		}
	}
	if len(r.guests) != 8 {
		t.Errorf("%d are connected", len(r.guests))
	}
}

// Without shares everybody has all, and who waits longest still makes room: idle
// connections never keep anybody out.
func TestWithoutShares(t *testing.T) {
	r := newRoom(t, nil, 10)
	_, first := r.come(0)
	r.pass(time.Second)
	for range 9 {
		g, _ := r.come(0)
		if g.Over() || !g.Reserve(1<<40) {
			t.Error("there is a share")
		}
		if end, err := g.Turn(context.Background()); err != nil {
			t.Error(err)
		} else {
			defer end()
		}
	}
	r.come(0)
	if closed, _ := first.done(); !closed {
		t.Error("the first stays")
	}
}

// Circuits are forgotten a minute after they have left, and however many come, a
// bounded number is in memory.
func TestTableForgets(t *testing.T) {
	r := newRoom(t, &share, 100)
	stays, _ := r.come(1)
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for id := range ID(100_000) {
		if g := r.Enter(id+2, new(wire)); g != nil {
			g.Leave()
		}
	}
	if n := len(r.byID); n > maxIdle+1 {
		t.Errorf("%d circuits are remembered", n)
	}
	var after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&after)
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	t.Logf("100,000 circuits leave %d KiB", grown>>10)
	if grown > 4<<20 {
		t.Errorf("100,000 circuits leave %d bytes", grown)
	}
	r.pass(memory)
	r.Sweep()
	if len(r.byID) != 1 || r.idle.Len() != 0 {
		t.Errorf("%d circuits are remembered after a minute", len(r.byID))
	}
	stays.Leave()
	r.pass(memory)
	r.Sweep()
	if len(r.byID) != 0 {
		t.Error("the last one is remembered")
	}
}

// One circuit has one turn at a time, and few that wait for it.
func TestTurn(t *testing.T) {
	r := newRoom(t, &share, 100)
	a, _ := r.come(1)
	other, _ := r.come(2)
	end, err := a.Turn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	endOther, err := other.Turn(context.Background())
	if err != nil {
		t.Fatal("another circuit has no turn")
	}
	endOther()
	short, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	var all sync.WaitGroup
	var mu sync.Mutex
	var many, late int
	for range 5 {
		all.Go(func() {
			_, err := a.Turn(short)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case errors.Is(err, ErrShare):
				many++
			case errors.Is(err, context.DeadlineExceeded):
				late++
			}
		})
	}
	all.Wait()
	if many+late != 5 || many < 5-(maxTurns-1) {
		t.Errorf("%d are too many and %d waited", many, late)
	}
	end()
	if end, err = a.Turn(context.Background()); err != nil {
		t.Error(err)
	} else {
		end()
	}
}
