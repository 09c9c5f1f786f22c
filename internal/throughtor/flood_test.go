package throughtor

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"amana/internal/rig"
	"amana/internal/tortest"
)

// flood is somebody who sends all they can, from a tor of their own.
type flood struct {
	ctx    context.Context
	cancel context.CancelFunc
	all    sync.WaitGroup

	opened, refused, kept atomic.Int64 // streams; those that were not given one; receipts
}

// way is a way to flood: how many streams at once, through how many circuits, and what
// each is used for until it ends; then it is opened again.
type way struct {
	name              string
	streams, circuits int
	use               func(*flood, net.Conn)
}

// pour starts a flood.
func (p *place) pour(from *tortest.Client, w way) *flood {
	f := new(flood)
	f.ctx, f.cancel = context.WithCancel(context.Background())
	circuits := make([]string, w.circuits)
	for i := range circuits {
		circuits[i] = visitor()
	}
	for i := range w.streams {
		isolation := circuits[i%len(circuits)]
		f.all.Go(func() {
			for f.ctx.Err() == nil {
				ctx, cancel := context.WithTimeout(f.ctx, 20*time.Second)
				c, err := from.Dial(ctx, p.onion.Address(), isolation)
				cancel()
				if err != nil {
					f.refused.Add(1)
					f.sleep(300 * time.Millisecond)
					continue
				}
				f.opened.Add(1)
				ends := context.AfterFunc(f.ctx, func() { c.Close() })
				w.use(f, c)
				ends()
				c.Close()
			}
		})
	}
	return f
}

func (f *flood) sleep(d time.Duration) {
	select {
	case <-f.ctx.Done():
	case <-time.After(d):
	}
}

// stop ends the flood.
func (f *flood) stop() {
	f.cancel()
	f.all.Wait()
}

// The three ways of it: small testimonies one after another, connections that say
// nothing, and uploads that never come to an end.
func small(f *flood, c net.Conn) {
	body, size := rig.Form("flood")
	if _, err := io.Copy(c, io.MultiReader(strings.NewReader(rig.Head("/ar/testimony", size)), body)); err != nil {
		return
	}
	head := make([]byte, len("HTTP/1.1 200"))
	if _, err := io.ReadFull(c, head); err != nil {
		return
	}
	if string(head) == "HTTP/1.1 200" {
		f.kept.Add(1)
	}
	io.Copy(io.Discard, c)
}

func silent(_ *flood, c net.Conn) { io.Copy(io.Discard, c) }

func trickle(f *flood, c net.Conn) {
	form, _ := rig.Form("flood", rig.Text("a.jpg", ""))
	start, err := io.ReadAll(form)
	if err != nil {
		return
	}
	go func() { io.Copy(io.Discard, c); c.Close() }() // an answer ends it
	_, err = fmt.Fprintf(c, "%s%s", rig.Head("/ar/testimony", 100<<20), start[:len(start)-len(rig.Boundary)-8])
	for err == nil && f.ctx.Err() == nil {
		f.sleep(200 * time.Millisecond)
		_, err = c.Write([]byte("xxxx"))
	}
}

// honest hands in testimonies one after another, each through a circuit of its own, and
// returns how long each took. It stops at one that does not get through.
func honest(s *rig.Server, n int, sent func(narrative string)) (took []time.Duration, err error) {
	for range n {
		narrative := "صادقة " + visitor()
		start := time.Now()
		status, page, err := s.Post(narrative, rig.Text("a.jpg", strings.Repeat(narrative, 10_000)))
		if err == nil && (status != 200 || !strings.Contains(page, "</html>")) {
			err = fmt.Errorf("status %d", status)
		}
		if err != nil {
			return took, err
		}
		took = append(took, time.Since(start))
		sent(narrative)
	}
	return took, nil
}

func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[len(d)/2]
}

// places is how many uploads the server takes at once: fewer than the streams that tor
// gives to one circuit, so that one circuit could have them all.
const places = "16"

// mostKept is more than a circuit's share of testimonies for as long as a flood lasts
// here, which is less than a minute: 120 requests, of which each testimony counts five,
// and half of that at once. Without shares such a flood got 522 receipts.
const mostKept = 60

// One circuit that floods takes its own share. Somebody on another circuit gets through
// every time, and does not wait long; and so they do when the flood has many circuits.
func TestHonestSourceInAFlood(t *testing.T) {
	const n = 5
	p, s := serve(t, "--places", places)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	attacker, err := p.Client(ctx)
	if err != nil {
		t.Fatal(err)
	}
	sent := make(map[string]bool)
	note := func(narrative string) { sent[narrative] = true }
	alone, err := honest(s, n, note)
	if err != nil {
		t.Fatalf("without a flood: %v", err)
	}
	t.Logf("without a flood: %.2f s, at most %.2f s", median(alone).Seconds(), slices.Max(alone).Seconds())
	for _, w := range []way{
		{"small testimonies", 30, 1, small}, {"300 connections", 300, 1, silent}, {"uploads that trickle", 30, 1, trickle},
		{"uploads that trickle, each on a circuit", 30, 30, trickle},
	} {
		f := p.pour(attacker, w)
		within(t, "the flood does not begin", func() bool { return f.opened.Load() >= 20 })
		took, err := honest(s, n, note)
		f.stop()
		if err != nil {
			t.Errorf("%s: an honest source does not get through: %v", w.name, err)
			continue
		}
		ratio := float64(median(took)) / float64(median(alone))
		t.Logf("%s: %.2f s, at most %.2f s, %.1f times as long; the flood opened %d streams, was refused %d, and got %d receipts",
			w.name, median(took).Seconds(), slices.Max(took).Seconds(), ratio, f.opened.Load(), f.refused.Load(), f.kept.Load())
		if ratio > 20 {
			t.Errorf("%s: an honest source waits %.1f times as long", w.name, ratio)
		}
		if kept := f.kept.Load(); kept > mostKept {
			t.Errorf("%s: one circuit got %d receipts", w.name, kept)
		}
	}
	for _, o := range s.Export(t) {
		delete(sent, o.Answers["narrative"])
	}
	if len(sent) > 0 {
		t.Errorf("%d honest testimonies got a receipt and are not kept", len(sent))
	}
}
