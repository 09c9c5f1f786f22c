package intake

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// visit is an honest source's way: pages with their style, a testimony with a code, an
// upload that takes one of the large places, and the way back. It reports how long that
// took, or what went wrong.
func (r *site) visit() (time.Duration, error) {
	began := time.Now()
	for _, path := range []string{"/ar/", "/style.css", "/ar/safety", "/style.css", "/ar/testimony", "/style.css"} {
		if status, _, err := r.try(get(path)); err != nil || status != 200 {
			return 0, fmt.Errorf("%s: status %d, %w", path, status, err)
		}
	}
	words := field("narrative", "ما حدث")
	status, page, err := r.try(post("/ar/testimony", words, field(wishQuestion, wishCode)))
	if err != nil || status != 200 {
		return 0, fmt.Errorf("testimony: status %d, %w", status, err)
	}
	status, _, err = r.try(post("/ar/testimony", words, sent{"files", "a.jpg", strings.Repeat("x", 2*textForm)}))
	if err != nil || status != 200 {
		return 0, fmt.Errorf("upload: status %d, %w", status, err)
	}
	_, list, _ := strings.Cut(page, `<ol class="words"`)
	list, _, _ = strings.Cut(list, "</ol>")
	var code []string
	for _, m := range wordOf.FindAllStringSubmatch(list, -1) {
		code = append(code, m[1])
	}
	status, _, err = r.try(post("/ar/code", field("code", strings.Join(code, " "))))
	if err != nil || status != 200 {
		return 0, fmt.Errorf("code: status %d, %w", status, err)
	}
	return time.Since(began), nil
}

// try is say for what may fail, from any goroutine.
func (r *site) try(raw string) (status int, page string, err error) {
	c, err := net.Dial("unix", r.path)
	if err != nil {
		return 0, "", err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(time.Minute))
	go io.WriteString(c, r.line()+raw)
	all, err := io.ReadAll(c)
	if len(all) == 0 {
		return 0, "", fmt.Errorf("no answer: %w", err)
	}
	if _, err := fmt.Sscanf(string(all), "HTTP/1.1 %d", &status); err != nil {
		return 0, "", err
	}
	return status, string(all), nil
}

// floods are what one circuit can do to the others. Each runs until stop is closed, and
// counts what it does.
var floods = []struct {
	name string
	run  func(r *site, stop chan struct{}, count *atomic.Int64)
}{
	{"requests as fast as can be", func(r *site, stop chan struct{}, count *atomic.Int64) {
		together(stop, 32, func() { r.try(get("/ar/testimony")); count.Add(1) })
	}},
	{"forms that trickle", func(r *site, stop chan struct{}, count *atomic.Int64) {
		raw := post("/ar/testimony", field("narrative", strings.Repeat("x", 1000)))
		together(stop, 64, func() {
			r.hold(stop, raw[:len(raw)-900], 100*time.Millisecond)
			count.Add(1)
		})
	}},
	{"a thousand connections", func(r *site, stop chan struct{}, count *atomic.Int64) {
		together(stop, 1000, func() {
			r.hold(stop, "", time.Hour)
			count.Add(1)
			pause(stop, 100*time.Millisecond) // it is the same machine that floods
		})
	}},
	{"heads that trickle", func(r *site, stop chan struct{}, count *atomic.Int64) {
		together(stop, 200, func() {
			r.hold(stop, "GET / HTTP/1.1\r\nX: ", 10*time.Millisecond)
			count.Add(1)
			pause(stop, 100*time.Millisecond)
		})
	}},
	{"ten thousand small testimonies", func(r *site, stop chan struct{}, count *atomic.Int64) {
		raw := post("/ar/testimony", field("narrative", "flood"))
		together(stop, 16, func() {
			if count.Add(1) <= 10_000 {
				r.try(raw)
			}
		})
	}},
	{"codes that nobody has", func(r *site, stop chan struct{}, count *atomic.Int64) {
		code, _ := r.on(999).handIn("en")
		raw := post("/en/code", field("code", code))
		together(stop, 64, func() { r.try(raw); count.Add(1) })
	}},
}

// together does something again and again in n goroutines until stop is closed.
func together(stop chan struct{}, n int, do func()) {
	var all sync.WaitGroup
	defer all.Wait()
	for range n {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					do()
				}
			}
		})
	}
}

// pause waits, or until stop is closed.
func pause(stop chan struct{}, d time.Duration) {
	select {
	case <-stop:
	case <-time.After(d):
	}
}

// hold opens a connection, says something, and then a byte after each pause, until it
// is closed or stop is.
func (r *site) hold(stop chan struct{}, begin string, every time.Duration) {
	c, err := net.Dial("unix", r.path)
	if err != nil {
		return
	}
	defer c.Close()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		io.Copy(io.Discard, c)
	}()
	io.WriteString(c, r.line()+begin)
	for {
		select {
		case <-stop:
			return
		case <-closed:
			return
		case <-time.After(every):
			if _, err := io.WriteString(c, "x"); err != nil {
				return
			}
		}
	}
}

// One circuit that floods takes its own share and no more: an honest source on another
// gets all the way through, while it lasts. Without shares this fails: a thousand
// testimonies of a flood are kept, and a code takes 40 times as long.
func TestFloodOfOneCircuit(t *testing.T) {
	r := start(t, shared(nil))
	honest := uint32(100)
	best := func(times int) (least time.Duration) {
		for range times {
			took, err := r.on(honest).visit()
			if err != nil {
				t.Fatal(err)
			}
			honest++ // who comes back has a new circuit
			if least == 0 || took < least {
				least = took
			}
		}
		return least
	}
	without := best(2)
	kept := len(r.store.testimonies())
	for n, flood := range floods {
		stop := make(chan struct{})
		var count atomic.Int64
		var running sync.WaitGroup
		running.Go(func() { flood.run(r.on(uint32(n+1)), stop, &count) })
		time.Sleep(300 * time.Millisecond)
		func() {
			defer running.Wait()
			defer close(stop)
			with := best(2)
			t.Logf("%s (%d times): %v, %.1f times as long as without (%v)", flood.name, count.Load(), with.Round(time.Millisecond), float64(with)/float64(without), without.Round(time.Millisecond))
			if with > 20*without+2*time.Second {
				t.Errorf("%s: the honest source needs %v", flood.name, with)
			}
		}()
		if n := len(r.store.testimonies()); n > kept+7+40 {
			t.Errorf("%s: %d testimonies are kept", flood.name, n-kept)
		}
		kept = len(r.store.testimonies())
	}
}

// Two thousand idle connections keep nobody out, and take little memory: neither of one
// circuit, nor of many, nor where circuits are not told apart.
func TestIdleConnections(t *testing.T) {
	for name, site := range map[string]*site{"one circuit": start(t, shared(nil)), "many circuits": start(t, shared(nil)), "no circuits": start(t, nil)} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for n := range uint32(2000) {
			r := site
			switch name {
			case "one circuit":
				r = site.on(1)
			case "many circuits":
				r = site.on(1 + n/2)
			}
			c, err := net.Dial("unix", r.path)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.Close() })
			io.WriteString(c, r.line())
		}
		r := site
		if name != "no circuits" {
			r = site.on(5000)
		}
		took, err := r.visit()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		runtime.ReadMemStats(&after)
		t.Logf("%s: a visit takes %v, 2,000 connections and a visit %d KiB", name, took.Round(time.Millisecond), (int64(after.HeapAlloc)-int64(before.HeapAlloc))>>10)
		if after.HeapAlloc > before.HeapAlloc+64<<20 {
			t.Errorf("%s: %d bytes", name, after.HeapAlloc-before.HeapAlloc)
		}
	}
}

// A head that comes a byte every so often is not waited for longer than a head may
// take, though each byte comes in time.
func TestHeadByteByByte(t *testing.T) {
	t.Parallel()
	r := start(t, func(c *Config) { c.Pace.Head = time.Second }) // and a byte every 10 s as one every 160 ms
	c := r.dial()
	began := time.Now()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		io.Copy(io.Discard, c)
	}()
	for _, b := range []byte(get("/ar/")) {
		if _, err := c.Write([]byte{b}); err != nil {
			break
		}
		select {
		case <-ended:
		case <-time.After(160 * time.Millisecond):
			continue
		}
		break
	}
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("it is still waited for")
	}
	if took := time.Since(began); took < 900*time.Millisecond {
		t.Errorf("cut off after %v", took)
	}
}
