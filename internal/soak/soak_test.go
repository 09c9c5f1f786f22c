package soak

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"amana/internal/rig"
)

// The defaults are for every run of the tests; `make soak` gives more.
var (
	testimonies = flag.Int("testimonies", 4000, "how many testimonies to send")
	atLeast     = flag.Int("at-least", 0, "how many must have been sent")
	killEvery   = flag.Duration("kill-every", time.Second, "how long the server lives, on average, until it is killed")
	atMost      = flag.Duration("at-most", 20*time.Second, "how long to send, however few were sent")
)

const (
	clients   = 64
	withFiles = 4  // each such client sends a small file along
	withCodes = 16 // each such client takes a code and adds to its testimony
)

// soak is a server under load.
type soak struct {
	state *rig.State
	book  *rig.Ledger
	next  atomic.Int64 // numbers what is sent; none is used twice
	sent  atomic.Int64
	over  time.Time

	mu      sync.Mutex
	answers map[int]int // by status; 0 is a line that broke
}

// Small testimonies come from 64 clients while the server is killed every few seconds
// and started again. Each is sent once: whoever's line breaks does not know whether it
// was kept, and leaves it at that. None that was acknowledged is lost, none is there
// twice, and each opens byte for byte.
func TestSoak(t *testing.T) {
	began := time.Now()
	s := &soak{state: rig.NewState(t, rig.Erasing, 1), book: rig.NewLedger(), over: began.Add(*atMost), answers: make(map[int]int)}
	var sources sync.WaitGroup
	done := make(chan struct{})
	for n := range clients {
		sources.Go(func() { s.client(n) })
	}
	go func() { sources.Wait(); close(done) }()
	kills := s.kill(t, done)
	sending := time.Since(began)
	if out := s.state.Run(t, "check"); !strings.Contains(out, "all as they were written") {
		t.Errorf("check after %d kills: %s", kills, out)
	}
	n := s.book.Settle(t, s.state)
	t.Logf("%d sent by %d clients in %v: %d acknowledged, %d kept that were not; %d kills; answers by status %v; all in %v",
		n.Sent, clients, sending.Round(time.Second), n.Acknowledged, n.Kept-n.Acknowledged, kills, s.answers, time.Since(began).Round(time.Second))
	if n.Sent < *atLeast {
		t.Errorf("%d sent, and %d were to be", n.Sent, *atLeast)
	}
	if kills < 3 || n.Acknowledged < 100 || s.answers[0] == 0 {
		t.Errorf("%d kills, %d acknowledged, %d lines broke: it shows little", kills, n.Acknowledged, s.answers[0])
	}
}

// kill starts the server again and again, and kills it in between, until the sources
// are done.
func (s *soak) kill(t *testing.T, done <-chan struct{}) (kills int) {
	t.Helper()
	for {
		server, err := s.state.Start(nil)
		if err != nil {
			s.sent.Store(int64(*testimonies)) // the sources end
			t.Fatal(err)
		}
		life := time.Duration(rand.Int64N(int64(*killEvery)*2-int64(200*time.Millisecond))) + 200*time.Millisecond
		select {
		case <-done:
			server.Kill()
			return kills + 1
		case <-time.After(life):
			server.Kill()
			kills++
		}
	}
}

// client sends testimonies until there are enough.
func (s *soak) client(n int) {
	for time.Now().Before(s.over) && s.sent.Load() < int64(*testimonies) {
		narrative := fmt.Sprintf("شهادة رقم %d %s", s.next.Add(1), strings.Repeat("كلمة ", rand.IntN(300)))
		fields := []rig.Field{{Name: "narrative", Value: narrative}}
		var sizes []int
		if n%withFiles == 1 {
			sizes = []int{rand.IntN(20_000) + 1}
		}
		if n%withCodes == 0 {
			fields = append(fields, rig.Field{Name: "contact_wish", Value: "code"})
		}
		page, sent := s.send("/ar/testimony", fields, sizes...)
		if !sent {
			time.Sleep(20 * time.Millisecond) // the server is not there
		}
		for i := 0; n%withCodes == 0 && rig.Token(page) != "" && i < 2; i++ {
			page, _ = s.send("/ar/add", []rig.Field{{Name: "narrative", Value: fmt.Sprintf("إضافة رقم %d", s.next.Add(1))}, {Name: "token", Value: rig.Token(page)}})
		}
	}
}

// send sends one form, and returns the page if it is whole, and whether anything was
// sent at all.
func (s *soak) send(path string, fields []rig.Field, sizes ...int) (page string, sent bool) {
	status, page, err := s.book.PostTo(s.state, path, fields, sizes...)
	if rig.NotSent(err) {
		return "", false
	}
	if err != nil {
		status, page = 0, ""
	}
	s.sent.Add(1)
	s.mu.Lock()
	s.answers[status]++
	s.mu.Unlock()
	return page, true
}
