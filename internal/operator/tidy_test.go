package operator

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/vault"
)

// busy is a vault and a letterbox that note what is done to them.
type busy struct {
	vault.Store

	mu   sync.Mutex
	due  bool
	did  []string
	fail error
	wait chan struct{} // if there is one, a rewrite takes until it is closed, or it is stopped
	took time.Duration
}

func (b *busy) note(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.did = append(b.did, what)
}

// taken returns what was done since it was asked last.
func (b *busy) taken() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	did := b.did
	b.did = nil
	return did
}

func (b *busy) Usage(context.Context) (vault.Usage, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return vault.Usage{RewriteDue: b.due}, nil
}

func (b *busy) Rewrite(ctx context.Context) error {
	b.note("rewrite")
	if b.wait != nil {
		select {
		case <-b.wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	time.Sleep(b.took)
	if b.fail != nil {
		return b.fail
	}
	b.mu.Lock()
	b.due = false
	b.mu.Unlock()
	return nil
}

func (b *busy) expire(_ context.Context, now time.Time) error {
	b.note("expire " + now.Format(time.DateOnly))
	return b.fail
}

func (b *busy) erase(context.Context) error { b.note("erase"); return b.fail }

// clocked is a tidier with a clock of its own.
type clocked struct {
	*tidier
	clock    time.Time
	problems []error
}

func newClocked(b *busy) *clocked {
	c := &clocked{clock: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
	c.tidier = &tidier{store: b, letters: b, now: func() time.Time { return c.clock }, problem: func(err error) { c.problems = append(c.problems, err) },
		believed: func(day string) bool { return day < "2027" }}
	return c
}

// pass lets some time pass, and waits for what was begun.
func (c *clocked) pass(d time.Duration) {
	c.clock = c.clock.Add(d)
	c.tick(context.Background())
	if c.done != nil {
		d := <-c.done
		c.done <- d // the next tick takes it
	}
}

// After a withdrawal the headers are written anew; once a day old replies go; and
// between all that there is nothing but a look.
func TestTidy(t *testing.T) {
	b := new(busy)
	c := newClocked(b)
	for i, step := range []struct {
		after time.Duration
		due   bool
		want  string
	}{
		{0, false, "expire 2026-11-22"},
		{watchTime, false, "erase"},
		{watchTime, true, "rewrite erase"},
		{watchTime, false, "erase"},
		{14 * time.Hour, false, "expire 2026-11-23"},
		{watchTime, false, "erase"},
		{25 * time.Hour, true, "rewrite expire 2026-11-24"},
	} {
		b.due = b.due || step.due
		c.pass(step.after)
		if did := strings.Join(b.taken(), " "); did != step.want {
			t.Errorf("step %d: %q, want %q", i, did, step.want)
		}
	}
	if b.due || len(c.problems) != 0 {
		t.Errorf("a rewrite is still due: %v; problems: %v", b.due, c.problems)
	}
}

// However often something is withdrawn, one rewrite runs at a time, and rests for
// ten times as long as it took.
func TestTidyRests(t *testing.T) {
	b := &busy{due: true, wait: make(chan struct{})}
	c := newClocked(b)
	var did []string
	for range 100 {
		c.tick(t.Context())
	}
	for len(did) == 0 {
		time.Sleep(time.Millisecond)
		did = b.taken()
	}
	if !slices.Equal(did, []string{"rewrite"}) {
		t.Fatalf("while a rewrite runs: %v", did)
	}
	b.took = 50 * time.Millisecond
	close(b.wait)
	d := <-c.done
	c.done <- d
	b.taken()
	b.due = true
	c.tick(t.Context()) // takes the end of it
	if rest := c.next.Sub(c.clock); rest < 11*b.took {
		t.Errorf("it rests for %v", rest)
	}
	for ; c.clock.Before(c.next); c.clock = c.clock.Add(100 * time.Millisecond) {
		c.tick(t.Context())
		if did := b.taken(); did != nil || c.done != nil {
			t.Fatalf("it does not rest: %v", did)
		}
	}
	c.pass(0)
	if did := b.taken(); len(did) == 0 || did[0] != "rewrite" {
		t.Errorf("after the rest: %v", did)
	}
}

// A problem is told once, tried again after a while, and told again when it comes
// back.
func TestTidyFails(t *testing.T) {
	b := &busy{due: true, fail: errors.New("the disk is full")}
	c := newClocked(b)
	for range 100 {
		c.pass(watchTime)
	}
	did := strings.Join(b.taken(), " ")
	if n := strings.Count(did, "rewrite"); n < 3 || n > 4 || strings.Count(did, "expire") != n {
		t.Errorf("in 200 seconds: %s", did)
	}
	if len(c.problems) != 1 || !errors.Is(c.problems[0], b.fail) {
		t.Errorf("told: %v", c.problems)
	}
	again := b.fail
	b.fail = nil
	for range 100 {
		c.pass(watchTime)
	}
	if b.due || len(c.problems) != 1 {
		t.Errorf("in the end: still due %v, %v", b.due, c.problems)
	}
	b.fail, b.due = again, true
	for range 100 {
		c.pass(watchTime)
	}
	if len(c.problems) != 2 {
		t.Errorf("again: %v", c.problems)
	}
}

// A server that stops waits for what is under way, which ends with its context.
func TestTidyStops(t *testing.T) {
	b := &busy{due: true, wait: make(chan struct{})}
	c := newClocked(b)
	ctx, cancel := context.WithCancel(t.Context())
	c.tick(ctx)
	cancel()
	c.stop()
	if len(c.problems) != 0 {
		t.Errorf("told: %v", c.problems)
	}
}

// With a real vault and a real letterbox, nothing of what was withdrawn is left on
// the disk but payloads that nobody can open.
func TestTidyErases(t *testing.T) {
	s := newSite(t, 3)
	kept, gone := s.reply(1, "kept"), s.reply(2, "gone")
	s.mustTake("replies", s.replies(s.a, s.two, kept, gone))
	s.mustTake("acknowledged", s.acks(s.a, s.two, s.had()[1]))
	records := s.records()
	n, err := s.store.Remove(t.Context(), []vault.ID{records[0].ID, records[1].ID})
	if err != nil || n != 1 {
		t.Fatalf("%d testimonies are removed, %v", n, err)
	}
	if err := s.box().Remove(t.Context(), gone.Mailbox); err != nil {
		t.Fatal(err)
	}
	var problems []error
	tidier := &tidier{store: s.store, letters: s.in.letters, now: time.Now, believed: func(string) bool { return true }, problem: func(err error) { problems = append(problems, err) }}
	tidier.tick(t.Context())
	tidier.stop()
	if u, err := s.store.Usage(t.Context()); err != nil || u.RewriteDue || u.Testimonies != 2 || u.Collected != 1 || len(problems) != 0 {
		t.Errorf("%+v, %v, %v", u, err, problems)
	}
	header := records[0].Header
	s.noBytes("withdrawn", header[len(header)-60:])
	s.noBytes("its mailbox", gone.Sealed[300:400])
	if _, err := s.box().Get(t.Context(), kept.Mailbox, kept.ID); err != nil {
		t.Error(err)
	}
}

// A clock that jumps a year ahead, past every roster, takes no reply away, and one that
// jumps back stops nothing: what is due is done as before.
func TestTidySurvivesClockJumps(t *testing.T) {
	b := new(busy)
	c := newClocked(b)
	year := 365 * 24 * time.Hour
	for i, step := range []struct {
		after time.Duration
		due   bool
		want  string
	}{
		{0, false, "expire 2026-11-22"},
		{year, true, "rewrite erase"},
		{watchTime, false, "erase"},
		{-year, true, "rewrite erase"}, // that day's are removed already
		{watchTime, false, "erase"},
		{-year, true, "rewrite expire 2025-11-22"}, // it removes less
		{2 * year, false, "erase"},
		{-year + 24*time.Hour, false, "expire 2026-11-23"},
	} {
		b.due = b.due || step.due
		c.pass(step.after)
		// Work that takes long is rested for: across a jump too that must not be a year.
		b.took = time.Millisecond
		if did := strings.Join(b.taken(), " "); did != step.want {
			t.Errorf("step %d: %q, want %q", i, did, step.want)
		}
	}
	if len(c.problems) != 0 {
		t.Errorf("problems: %v", c.problems)
	}
}
