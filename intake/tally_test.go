package intake

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"amana/internal/daylog"
	"amana/vault"
)

// Whatever goes wrong while sources are answered, nothing is told at that moment: not
// by Config.Problem, and not by a watch that looks all day. When the day is over there
// is a count for what an operator can act on, and a line for what is broken.
func TestToldWhenTheDayIsOver(t *testing.T) {
	now := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	tally := daylog.NewTally(func() time.Time { return now })
	var log bytes.Buffer
	var operator told
	r := start(t, func(c *Config) { c.Tally, c.Problem = tally, operator.problem })
	watch := func() string {
		r.server.Watch()
		tally.Tell(daylog.New(&log, daylog.Text))
		return log.String()
	}
	ready := func(err error) {
		r.store.mu.Lock()
		defer r.store.mu.Unlock()
		r.store.ready = err
	}
	for range 23 {
		for want, err := range map[int]error{507: vault.ErrFull, 500: errors.New("input/output error"), 200: nil} {
			ready(err)
			if status, _ := r.send("/en/testimony", field("narrative", "x")); status != want {
				t.Fatalf("status %d, want %d", status, want)
			}
		}
		if said := watch(); said != "" {
			t.Fatalf("told on the day: %s", said)
		}
	}
	now = now.Add(15 * time.Hour)
	said := watch()
	for _, want := range []string{"day=2026-11-27 disk_full=20\n", `msg="input/output error" day=2026-11-27 times_at_least=20`} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not told:\n%s", want, said)
		}
	}
	if lines := operator.take(); len(lines) != 0 || strings.Count(said, "\n") != 2 {
		t.Errorf("told besides: %q\n%s", lines, said)
	}
}
