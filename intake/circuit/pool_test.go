package circuit

import (
	"context"
	"errors"
	"testing"
	"time"
)

// take takes a place that must be there.
func (r *room) take(p *Pool, id ID) (*Place, *Guest, *wire) {
	r.t.Helper()
	g, w := r.come(id)
	g.Serve()
	place, err := p.Take(context.Background(), g, 0)
	if err != nil {
		r.t.Fatalf("circuit %d gets no place: %v", uint32(id), err)
	}
	return place, g, w
}

// refuse asks for a place that must not be there.
func (r *room) refuse(p *Pool, id ID, want error) {
	r.t.Helper()
	g, _ := r.come(id)
	defer g.Leave()
	if place, err := p.Take(context.Background(), g, 0); !errors.Is(err, want) {
		if err == nil {
			place.Leave()
		}
		r.t.Errorf("circuit %d: %v, want %v", uint32(id), err, want)
	}
}

// bring says that n bytes came after d.
func (r *room) bring(g *Guest, n int, d time.Duration) {
	g.Wait()
	r.pass(d)
	g.Brought(n, false)
}

func TestUploadsOfACircuit(t *testing.T) {
	r := newRoom(t, &Shares{Conns: 9, Uploads: 2, Requests: 60, Bytes: 1}, 100)
	big, small, words := r.NewPool(32, true), r.NewPool(32, true), r.NewPool(32, false)
	first, _, _ := r.take(big, 1)
	r.take(small, 1)
	r.refuse(big, 1, ErrShare)
	r.refuse(small, 1, ErrShare)
	r.take(words, 1) // does not count
	r.take(big, 2)
	first.Leave()
	first.Leave() // does nothing
	r.take(big, 1)
	r.refuse(small, 1, ErrShare)
}

// The fewer places are left, the fewer one circuit gets: no handful of circuits takes
// all of them.
func TestScarcePlaces(t *testing.T) {
	r := newRoom(t, &Shares{Conns: 20, Uploads: 10, Requests: 1000, Bytes: 1}, 1000)
	p := r.NewPool(64, true)
	circuits := 0
	for !p.Full() {
		circuits++
		for g, _ := r.come(ID(circuits)); ; g, _ = r.come(ID(circuits)) {
			if _, err := p.Take(context.Background(), g, 0); err != nil {
				break
			}
		}
	}
	if t.Logf("%d circuits take %d places, with a share of 10", circuits, p.Taken()); circuits < 20 {
		t.Errorf("%d circuits take all places", circuits)
	}
}

// When all places are taken the slowest makes room, of the circuit that holds most;
// whoever brings what is fair stays, and so does who has just come, or has sent
// everything.
func TestSlowestMakesRoom(t *testing.T) {
	r := newRoom(t, &Shares{Conns: 9, Uploads: 2, Requests: 1000, Bytes: 1}, 100)
	p := r.NewPool(4, true)
	_, fast, fastWire := r.take(p, 1)
	_, honest, honestWire := r.take(p, 2) // on a bad line
	trickle, _, trickleWire := r.take(p, 3)
	whole, wholeGuest, wholeWire := r.take(p, 4)
	trickle.guest.Wait()
	wholeGuest.Wait()
	wholeGuest.Brought(10, true)
	r.bring(fast, fair*20, window)
	r.bring(honest, 2000*20, window)
	r.take(p, 5)
	if closed, woken := trickleWire.done(); !woken || closed || !trickle.guest.Displaced() {
		t.Error("the slowest stays, or is cut off without an answer")
	}
	for _, w := range []*wire{fastWire, honestWire, wholeWire} {
		if _, woken := w.done(); woken {
			t.Error("another had to go")
		}
	}
	// The one that lost its place is still being told so: no more than that at once.
	r.refuse(p, 6, ErrFull)
	trickle.Leave()
	r.take(p, 6)
	if _, woken := honestWire.done(); !woken {
		t.Error("the second slowest stays")
	}
	// One that does not read its answer makes room too.
	honest.Leave()
	for _, h := range p.holders {
		if h.guest == honest {
			h.Leave()
			break
		}
	}
	wholeGuest.End()
	r.refuse(p, 7, ErrFull)
	r.pass(window)
	r.take(p, 7)
	if closed, _ := wholeWire.done(); !closed {
		t.Error("who does not read stays")
	}
	whole.Leave()
}

// Nobody takes a place from a circuit that holds no more than his own.
func TestNobodyTakesFromThePoor(t *testing.T) {
	r := newRoom(t, &share, 100)
	p := r.NewPool(2, false)
	_, slow, _ := r.take(p, 1)
	r.take(p, 2)
	slow.Wait()
	r.pass(2 * window)
	r.refuse(p, 2, ErrFull)
	r.take(p, 3)
}

// A pace is of the last window: who was fast for long and stopped is slow.
func TestPaceIsOfNow(t *testing.T) {
	r := newRoom(t, &share, 100)
	g, _ := r.come(1)
	if _, known := g.pace(r.now()); known {
		t.Error("known at once")
	}
	r.bring(g, 1<<30, window)
	r.bring(g, 10, window-1)
	if rate, known := g.pace(r.now()); !known || rate < fair {
		t.Errorf("%v, %v", rate, known)
	}
	r.bring(g, 10, 1)
	if rate, known := g.pace(r.now()); !known || rate > fair {
		t.Errorf("%v, %v", rate, known)
	}
	// A burst is soon over.
	r.bring(g, 1<<30, 1)
	g.Wait()
	r.pass(window)
	if rate, known := g.pace(r.now()); !known || rate > fair {
		t.Errorf("%v, %v", rate, known)
	}
	// What the disk takes does not count.
	r.bring(g, 1<<20, window)
	r.pass(time.Hour)
	if rate, _ := g.pace(r.now()); rate < fair {
		t.Errorf("%v", rate)
	}
}

// Where nobody is slow, forms wait; a free place goes to the circuit that asked for
// least.
func TestWaitForAPlace(t *testing.T) {
	r := newRoom(t, &share, 100)
	p := r.NewPool(1, true)
	place, _, _ := r.take(p, 1)
	type got struct {
		id    ID
		place *Place
		err   error
	}
	results := make(chan got, 9)
	wait := func(id ID, spent int, patience time.Duration) {
		g, _ := r.come(id)
		g.Spend(spent)
		go func() {
			place, err := p.Take(context.Background(), g, patience)
			results <- got{id, place, err}
		}()
	}
	waiting := func(n int) {
		for {
			r.Table.mu.Lock()
			there := len(p.waiters)
			r.Table.mu.Unlock()
			if there == n {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}
	wait(2, 20, time.Minute)
	waiting(1)
	wait(3, 0, time.Minute)
	waiting(2)
	wait(3, 0, time.Minute) // its second
	if g := <-results; g.id != 3 || !errors.Is(g.err, ErrFull) {
		t.Errorf("a circuit waits twice: %+v", g.err)
	}
	wait(4, 0, time.Millisecond)
	if g := <-results; g.id != 4 || !errors.Is(g.err, ErrFull) {
		t.Errorf("impatient: %+v", g.err)
	}
	place.Leave()
	first := <-results
	if first.id != 3 || first.err != nil {
		t.Fatalf("circuit %d, %v", uint32(first.id), first.err)
	}
	first.place.Leave()
	if g := <-results; g.id != 2 || g.err != nil {
		t.Errorf("circuit %d, %v", uint32(g.id), g.err)
	}
}
