package operator

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"

	"amana/internal/roster/book"
	"amana/vault"
	"amana/vault/letterbox"
)

// few is a letterbox that holds some replies.
type few struct{ n *int }

func (f few) Count(context.Context) (int, error) { return *f.n, nil }

func (f few) All(context.Context, [16]byte, [16]byte, int) ([]letterbox.Letter, int, error) {
	return nil, 0, nil
}

// Nothing that a source does moves a number before the day is over: not a testimony,
// not a withdrawal of an old one, not a reply that is taken back; nor what a start of
// the server would count anew. What is written down every few seconds would tell when.
func TestMetricsDoNotMove(t *testing.T) {
	a := newAging(t)
	replies := 3
	asked := func() string {
		t.Helper()
		m := a.state.metrics(a.store, few{&replies}, func() rosters { return a.state.rostersOf(vault.Usage{}, nil, book.ErrAbsent) })
		m.now = func() time.Time { return a.now }
		text, err := m.text(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	old := a.put(1, false)
	signed := a.put(40, true)
	a.put(0, false)
	first := asked()
	for _, want := range []string{
		"# counted on 2026-11-27, of the days before\n", "\namana_testimonies 2\n", "\namana_testimonies_collected 1\n", "\namana_replies 3\n", "\namana_purged 0\n",
		"\namana_testimonies_received{day=\"2026-11-26\"} 1\n", "\namana_testimonies_sealed_to{epoch=\"1\"} 2\n", "\namana_roster_in_force 0\n",
	} {
		if !strings.Contains(first, want) {
			t.Errorf("it does not say %q", want)
		}
	}
	if strings.Contains(first, "2026-10") || strings.Contains(first, `day="2026-11-27"`) {
		t.Error("it tells of this day, or of one that is long over")
	}
	for what, do := range map[string]func() error{
		"a testimony":   func() error { a.put(0, false); return nil },
		"a withdrawal":  func() error { _, err := a.store.Remove(t.Context(), []vault.ID{old}); return err },
		"a reply":       func() error { replies--; return nil },
		"a purge":       func() error { _, err := a.store.Purge(t.Context(), []vault.ID{signed}); return err },
		"another start": func() error { return nil },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
		a.now = a.now.Add(time.Minute)
		if now := asked(); now != first {
			t.Errorf("after %s it says otherwise:\n%s", what, now)
		}
	}
	a.now = a.now.Add(time.Hour) // past midnight
	next := asked()
	for _, want := range []string{"counted on 2026-11-28", "\namana_testimonies 2\n", "\namana_testimonies_collected 0\n", "\namana_replies 2\n", "\namana_purged 1\n", "received{day=\"2026-11-27\"} 2\n"} {
		if !strings.Contains(next, want) {
			t.Errorf("the next day it does not say %q:\n%s", want, next)
		}
	}
	// What the operator does is seen at once.
	if err := a.state.keepDay(dayBackedUp, "2026-11-28"); err != nil {
		t.Fatal(err)
	}
	if now := asked(); !strings.HasPrefix(now, next) || !strings.HasSuffix(now, "\namana_backed_up_timestamp_seconds 1795824000\n") {
		t.Errorf("a backup is not told:\n%s", now)
	}
}

// The text is what Prometheus reads: one family after the other, each with its type, and
// no time behind a number.
func TestMetricsForm(t *testing.T) {
	a := newAging(t)
	a.put(3, false)
	none := 0
	m := a.state.metrics(a.store, few{&none}, func() rosters { return a.state.rostersOf(vault.Usage{}, nil, book.ErrAbsent) })
	text, err := m.text(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	types, values := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, "# counted"), strings.HasPrefix(line, "# HELP amana_") && len(words) > 3:
		case strings.HasPrefix(line, "# TYPE amana_") && len(words) == 4 && words[3] == "gauge" && !types[words[2]]:
			types[words[2]] = true
		case len(words) == 2 && strings.HasPrefix(words[0], "amana_"):
			name, _, _ := strings.Cut(words[0], "{")
			if !types[name] {
				t.Errorf("%q comes before its type", line)
			}
			values[name] = true
		default:
			t.Errorf("nobody reads %q", line)
		}
	}
	if !maps.Equal(types, values) || len(types) < 9 {
		t.Errorf("%d families, %d with numbers", len(types), len(values))
	}
}

func TestRough(t *testing.T) {
	for n, want := range map[int64]int64{0: 0, 1 << 20: 0, 100 << 20: 64 << 20, 5<<30 + 12345: 5 << 30, 1<<30 - 1: 960 << 20} {
		if got := rough(n); got != want {
			t.Errorf("%d is told as %d, want %d", n, got, want)
		}
	}
}
