package intake

import (
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/intake/pages"
)

// clock is a clock that can be set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) jump(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// The clock jumps a year ahead, past the roster, and back, and a year back, before it:
// each time the intake closes itself honestly, gives words back, keeps what was on its
// way, tells the operator once, and opens again when the clock is right. Nothing of
// that ends an upload, for paces go by another clock.
func TestClockJumps(t *testing.T) {
	const year = 365 * 24 * time.Hour
	at := &clock{at: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	var mu sync.Mutex
	var told []string
	r := start(t, func(c *Config) {
		c.Now = at.now
		c.Problem = func(err error) {
			mu.Lock()
			defer mu.Unlock()
			told = append(told, err.Error())
		}
	})
	r.rosters.set(newRoster(t, 1, "2026-11-01", "2027-04-30", r.identity))
	words := field("narrative", "ما حدث")
	kept := 0
	want := func(n int) {
		t.Helper()
		if kept += n; len(r.store.testimonies()) != kept {
			t.Fatalf("%d testimonies are kept, want %d", len(r.store.testimonies()), kept)
		}
	}
	for _, jump := range []time.Duration{year, -year} {
		code, token := r.handIn("ar")
		want(1)
		// An upload is on its way when the clock jumps.
		raw := post("/ar/testimony", words, sent{"files", "a.jpg", strings.Repeat("x", 200_000)})
		upload := r.dial()
		io.WriteString(upload, raw[:100_000])
		r.until("it has a place", func() bool { return r.server.texts.Taken() == 1 })

		at.jump(jump)
		r.server.Watch()
		for _, path := range []string{"/ar/", "/ar/safety", "/ar/before", "/ar/testimony"} {
			if response, page := r.say(get(path)); response.StatusCode != 503 || !r.told(page, pages.Closed) {
				t.Errorf("%v, %s: status %d", jump, path, response.StatusCode)
			}
		}
		if status, page := r.send("/ar/testimony", words); status != 503 || !strings.Contains(page, "ما حدث</textarea>") {
			t.Errorf("%v: status %d for a testimony", jump, status)
		}
		// The code still leads to what is kept, and a page of before asks for it again,
		// with what was typed there.
		if page := r.enter("ar", code); !r.told(page, pages.Closed) {
			t.Errorf("%v: the page does not say that the intake is closed", jump)
		}
		if status, page := r.send("/ar/add", field("token", token), words); status != 400 || !strings.Contains(page, "ما حدث") {
			t.Errorf("%v: status %d for an old page", jump, status)
		}
		want(0)
		// It was in force when the upload began, and its readers are the same.
		io.WriteString(upload, raw[100_000:])
		if response, _ := r.answer(upload, raw); response.StatusCode != 200 {
			t.Errorf("%v: status %d for the upload", jump, response.StatusCode)
		}
		want(1)
		if day := r.store.labels[kept-1].Day; day != "2026-11-22" {
			t.Errorf("%v: it is kept as of %s", jump, day)
		}

		at.jump(-jump)
		r.server.Watch()
		if response, _ := r.say(get("/ar/testimony")); response.StatusCode != 200 {
			t.Errorf("%v and back: status %d", jump, response.StatusCode)
		}
		if status, _ := r.send("/ar/testimony", words); status != 200 {
			t.Errorf("%v and back: status %d", jump, status)
		}
		want(1)
		if status, _ := r.send("/ar/add", field("token", r.tokenIn(r.enter("ar", code))), words); status != 200 {
			t.Errorf("%v and back: status %d for an addition", jump, status)
		}
		want(1)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(told) != 2 {
		t.Errorf("the operator is told %d times: %q", len(told), told)
	}
	for _, line := range told {
		if strings.Contains(line, "inside the program") {
			t.Errorf("something panicked: %s", line)
		}
	}
}
