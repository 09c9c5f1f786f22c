package operator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"amana/internal/admin"
	"amana/internal/durable"
	"amana/vault"
)

// Whoever asks for numbers every few seconds and writes them down would write down when
// somebody was here. So what testimonies change is counted once a day, of the days that
// are over, and stays as it is until the next day, whatever comes, goes or is withdrawn,
// and whether the server is started again. Only what the operator does moves at once.

// metricsFile holds the count of a day.
const metricsFile = "metrics"

// metricDays is for how many days the testimonies of each are told.
const metricDays = 30

// metrics counts for Prometheus, in its text format, which is so simple that a library
// for it would be the larger part.
type metrics struct {
	state   State
	from    vault.Reader
	letters admin.Letters
	rosters func() rosters
	now     func() time.Time

	mu sync.Mutex
}

// metrics counts what a reader of the state tells.
func (s State) metrics(from vault.Reader, letters admin.Letters, rosters func() rosters) *metrics {
	return &metrics{state: s, from: from, letters: letters, rosters: rosters, now: time.Now}
}

// text returns the count of the day, and what the operator did.
func (m *metrics) text(ctx context.Context) ([]byte, error) {
	now := m.now().UTC()
	daily, err := m.daily(ctx, now)
	if err != nil {
		return nil, err
	}
	live, err := m.operators(now)
	if err != nil {
		return nil, err
	}
	return append(daily, live...), nil
}

// daily returns the count of the day, which is made when it is asked for first.
func (m *metrics) daily(ctx context.Context, now time.Time) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	path := m.state.path(metricsFile)
	head := fmt.Appendf(nil, "# counted on %s, of the days before\n", now.Format(time.DateOnly))
	text, err := os.ReadFile(path)
	if err == nil && bytes.HasPrefix(text, head) {
		return text, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the count of the day: %w", err)
	}
	if text, err = m.count(ctx, head, now); err != nil {
		return nil, err
	}
	// Without the file a start of the server would count anew, so there is no count
	// that is not in it.
	if err := durable.Replace(path, text, 0o600); err != nil {
		return nil, fmt.Errorf("keep the count of the day: %w", err)
	}
	return text, nil
}

func (m *metrics) count(ctx context.Context, head []byte, now time.Time) ([]byte, error) {
	today, since := now.Format(time.DateOnly), now.AddDate(0, 0, -metricDays).Format(time.DateOnly)
	days, epochs := map[string]int{}, map[uint32]int{}
	all, collected, size := 0, 0, int64(0)
	err := eachRecord(ctx, m.from, func(r *vault.Record) {
		if r.Day >= today {
			return
		}
		all++
		size += r.Size()
		epochs[r.HeaderEpoch]++
		if r.Collected {
			collected++
		}
		if r.Day >= since {
			days[r.Day]++
		}
	})
	if err != nil {
		return nil, err
	}
	purged := 0
	if err := eachPurged(ctx, m.from, func(ids []vault.ID) error { purged += len(ids); return nil }); err != nil {
		return nil, err
	}
	u, err := m.from.Usage(ctx)
	if err != nil {
		return nil, fmt.Errorf("count testimonies: %w", err)
	}
	w := gauges{Buffer: bytes.NewBuffer(head)}
	w.gauge("amana_counted_timestamp_seconds", "The beginning of the day on which the following was counted.", day(today))
	w.gauge("amana_testimonies", "Sealed parts kept that came in before that day.", int64(all))
	w.gauge("amana_testimonies_bytes", "Their bytes.", size)
	w.gauge("amana_testimonies_collected", "Those of them that a reviewer has signed for.", int64(collected))
	w.gauge("amana_purged", "Sealed parts that were purged.", int64(purged))
	w.gauge("amana_room_bytes", "Bytes until the reserve of free disk is reached, in rough steps.", rough(u.Free))
	if replies, err := m.letters.Count(ctx); err == nil {
		w.gauge("amana_replies", "Replies that wait for their sources.", int64(replies))
	}
	w.family("amana_testimonies_received", "Sealed parts kept, by the day on which they came in.")
	for _, d := range slices.Sorted(maps.Keys(days)) {
		fmt.Fprintf(w, "amana_testimonies_received{day=%q} %d\n", d, days[d])
	}
	w.family("amana_testimonies_sealed_to", "Sealed parts kept, by the roster that they are sealed to.")
	for _, e := range slices.Sorted(maps.Keys(epochs)) {
		fmt.Fprintf(w, "amana_testimonies_sealed_to{epoch=\"%d\"} %d\n", e, epochs[e])
	}
	return w.Bytes(), nil
}

// operators tells what only the operator and the calendar move.
func (m *metrics) operators(now time.Time) ([]byte, error) {
	w := gauges{Buffer: new(bytes.Buffer)}
	rosters := m.rosters()
	open := int64(0)
	if _, err := rosters.InForce(now.Format(time.DateOnly)); err == nil {
		open = 1
	}
	w.gauge("amana_roster_in_force", "1 if a roster is in force today, so that testimonies can be taken.", open)
	if newest := rosters.Newest(); newest != nil {
		w.gauge("amana_roster_epoch", "The number of the newest roster.", int64(newest.Epoch))
		w.gauge("amana_roster_days_left", "Days until the newest roster ends; below 0 when it has.", int64(newest.DaysLeft(now.Format(time.DateOnly))))
	}
	for _, c := range []struct{ what, name, help string }{
		{dayExported, "amana_exported_timestamp_seconds", "The beginning of the day on which a bundle was written last."},
		{dayCollected, "amana_collected_timestamp_seconds", "The beginning of the day on which an acknowledgement was imported last."},
		{dayBackedUp, "amana_backed_up_timestamp_seconds", "The beginning of the day on which a backup was written last."},
	} {
		last, err := m.state.lastDay(c.what)
		if err != nil {
			return nil, err
		}
		if last != "" {
			w.gauge(c.name, c.help, day(last))
		}
	}
	return w.Bytes(), nil
}

// gauges is numbers in the text format, as they are written.
type gauges struct{ *bytes.Buffer }

func (w gauges) family(name, help string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
}

func (w gauges) gauge(name, help string, value int64) {
	w.family(name, help)
	fmt.Fprintf(w, "%s %d\n", name, value)
}

// day returns when a day began, in seconds; 0 for what is no day.
func day(text string) int64 {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0
	}
	return t.Unix()
}

// rough rounds a number of bytes down to whole GiB, and below that to 64 MiB.
func rough(n int64) int64 {
	if n >= 1<<30 {
		return n >> 30 << 30
	}
	return n >> 26 << 26
}
