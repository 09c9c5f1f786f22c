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

// flood is somebody who sends all they can through one circuit, from a tor of their own.
type flood struct {
	ctx    context.Context
	cancel context.CancelFunc
	all    sync.WaitGroup

	opened, refused, kept atomic.Int64 // streams; those that were not given one; receipts
}

// pour starts a flood of streams at once: each is used by one until it ends, and then
// opened again.
func (p *place) pour(from *tortest.Client, onion string, streams int, use func(*flood, net.Conn)) *flood {
	f := new(flood)
	f.ctx, f.cancel = context.WithCancel(context.Background())
	isolation := visitor() // one circuit for all
	for range streams {
		f.all.Go(func() {
			for f.ctx.Err() == nil {
				ctx, cancel := context.WithTimeout(f.ctx, 20*time.Second)
				c, err := from.Dial(ctx, onion, isolation)
				cancel()
				if err != nil {
					f.refused.Add(1)
					f.sleep(300 * time.Millisecond)
					continue
				}
				f.opened.Add(1)
				ends := context.AfterFunc(f.ctx, func() { c.Close() })
				use(f, c)
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

// One circuit that floods takes its own share. Somebody on another circuit gets through
// every time, and does not wait long.
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
	for _, way := range []struct {
		name    string
		streams int
		use     func(*flood, net.Conn)
	}{{"small testimonies", 30, small}, {"300 connections", 300, silent}, {"uploads that trickle", 30, trickle}} {
		f := p.pour(attacker, p.onion.Address(), way.streams, way.use)
		within(t, "the flood does not begin", func() bool { return f.opened.Load() >= 20 })
		took, err := honest(s, n, note)
		f.stop()
		if err != nil {
			t.Errorf("%s: an honest source does not get through: %v", way.name, err)
			continue
		}
		ratio := float64(median(took)) / float64(median(alone))
		t.Logf("%s: %.2f s, at most %.2f s, %.1f times as long; the flood opened %d streams, was refused %d, and got %d receipts",
			way.name, median(took).Seconds(), slices.Max(took).Seconds(), ratio, f.opened.Load(), f.refused.Load(), f.kept.Load())
		if ratio > 20 {
			t.Errorf("%s: an honest source waits %.1f times as long", way.name, ratio)
		}
	}
	for _, o := range s.Export(t) {
		delete(sent, o.Answers["narrative"])
	}
	if len(sent) > 0 {
		t.Errorf("%d honest testimonies got a receipt and are not kept", len(sent))
	}
}
