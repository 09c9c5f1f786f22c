package daylog

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// fine is any time finer than a day.
var fine = regexp.MustCompile(`\d\d:\d\d|\d{9,}|T\d\d`)

// Whatever a line is given as a time, in whatever depth, shows its day. slog's own
// handlers write nanoseconds there.
func TestDaysOnly(t *testing.T) {
	at := time.Date(2026, 11, 27, 23, 59, 58, 987654321, time.FixedZone("", -3600)) // the 28th in UTC
	for _, format := range []string{Text, JSON} {
		var out bytes.Buffer
		log := New(&out, format).With("since", at)
		log.Error("failed", "at", at, slog.Group("more", "then", at, slog.Group("deeper", "then", slog.AnyValue(at))))
		if !strings.Contains(out.String(), "failed") || strings.Count(out.String(), "2026-11-28") != 4 {
			t.Errorf("%s: %s", format, &out)
		}
		if m := fine.FindString(out.String()); m != "" {
			t.Errorf("%s: %q in %s", format, m, &out)
		}
		if !strings.Contains(out.String(), time.Now().UTC().Format(time.DateOnly)) {
			t.Errorf("%s: a line has not its own day: %s", format, &out)
		}
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("x")
	if !fine.MatchString(out.String()) {
		t.Errorf("no time is found in slog's own line %q: the search is wrong", &out)
	}
}

// clocked is a tally with a clock and a log of its own.
type clocked struct {
	*Tally
	now time.Time
	out bytes.Buffer
}

func newClocked() *clocked {
	c := &clocked{now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)}
	c.Tally = NewTally(func() time.Time { return c.now })
	return c
}

// tell lets the watch look, and returns what it wrote, without the lines' own days.
func (c *clocked) tell() string {
	c.out.Reset()
	c.Tell(slog.New(slog.NewTextHandler(&c.out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})))
	return c.out.String()
}

// Nothing is told on the day itself, however often the watch looks; when the next day
// begins it is told once.
func TestToldTheNextDay(t *testing.T) {
	c := newClocked()
	c.tell()
	for range 37 {
		c.Count("too_slow")
	}
	for range 9 {
		c.Count("disk_full")
	}
	c.Note(errors.New("the disk failed at 0123456789abcdef0123456789abcdef, 001.jpg"))
	for range 12 * 3600 / 2 {
		if said := c.tell(); said != "" {
			t.Fatalf("at %v: %s", c.now, said)
		}
		c.now = c.now.Add(2*time.Second - time.Nanosecond) // short of midnight
	}
	c.now = time.Date(2026, 11, 28, 0, 0, 1, 0, time.UTC)
	want := "level=INFO msg=\"sources were sent away, at least as many as this\" day=2026-11-27 too_slow=30\n" +
		"level=ERROR msg=\"the disk failed at …, …\" day=2026-11-27 times_at_least=1\n"
	if said := c.tell(); said != want {
		t.Errorf("told:\n%swant:\n%s", said, want)
	}
	if said := c.tell(); said != "" {
		t.Errorf("told again: %s", said)
	}
}

// What is counted a moment after midnight for the day before waits for the next
// midnight.
func TestLateCountWaits(t *testing.T) {
	c := newClocked()
	c.tell()
	midnight := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	c.now = midnight
	c.tell()
	c.now = midnight.Add(-time.Nanosecond)
	for range 10 {
		c.Count("too_slow")
	}
	c.now = midnight.Add(2 * time.Second)
	if said := c.tell(); said != "" {
		t.Errorf("told in the middle of a day: %s", said)
	}
	c.now = midnight.AddDate(0, 0, 1)
	if said := c.tell(); !strings.Contains(said, "day=2026-11-27 too_slow=10") {
		t.Errorf("told at last: %q", said)
	}
}

func TestRound(t *testing.T) {
	for n, want := range map[int]int{0: 0, 9: 0, 10: 10, 19: 10, 99: 90, 100: 100, 4321: 4000} {
		if got := round(n); got != want {
			t.Errorf("%d becomes %d, want %d", n, got, want)
		}
	}
}

// A flood of failures of ever new kinds takes little memory.
func TestNotesAreBounded(t *testing.T) {
	c := newClocked()
	var all sync.WaitGroup
	for i := range 1000 {
		all.Go(func() { c.Note(fmt.Errorf("failure %d %s", i, strings.Repeat("x", 10_000))) })
	}
	all.Wait()
	c.now = c.now.AddDate(0, 0, 1)
	said := c.tell()
	if n := strings.Count(said, "\n"); n != maxNotes+1 || len(said) > (maxNotes+1)*(maxNote+100) {
		t.Errorf("%d lines, %d bytes", n, len(said))
	}
	if !strings.Contains(said, "further failures of other kinds") {
		t.Error("nothing says that there were more")
	}
}
