package daylog

import (
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// least is the smallest count that is told.
const least = 10

// Bounds of what is held of one day.
const (
	maxNotes = 16
	maxNote  = 500 // bytes
)

// Tally holds what was found out while sources were answered until the day is over.
// Its methods may be called from any number of goroutines.
type Tally struct {
	now func() time.Time

	mu   sync.Mutex
	days map[string]*tallied
	told string // the day on which Tell looked last
}

// tallied is what happened on one day.
type tallied struct {
	counts map[string]int
	notes  map[string]int
}

// NewTally returns an empty tally with a clock; nil means [time.Now].
func NewTally(now func() time.Time) *Tally {
	if now == nil {
		now = time.Now
	}
	return &Tally{now: now, days: make(map[string]*tallied)}
}

// today returns what is held of today. The lock is held.
func (t *Tally) today() *tallied {
	d := t.days[day(t.now())]
	if d == nil {
		d = &tallied{make(map[string]int), make(map[string]int)}
		t.days[day(t.now())] = d
	}
	return d
}

// Count counts something that happened to a source. what is one of few names; it says
// nothing of the source.
func (t *Tally) Count(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.today().counts[what]++
}

// names are those of testimonies, threads and mailboxes, and of files inside of a
// testimony, such as 001.jpg.
var names = regexp.MustCompile(`[0-9a-f]{32,}|\b[0-9]{3,4}\.[a-z][a-z0-9]*`)

// Note holds a failure of ours. Names in it are left out: with the day they would say
// whose it was, and what was sent. amana-intake check finds by itself what is damaged.
func (t *Tally) Note(err error) {
	text := names.ReplaceAllString(err.Error(), "…")
	if len(text) > maxNote {
		text = strings.ToValidUTF8(text[:maxNote], "") + "…"
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	notes := t.today().notes
	if _, known := notes[text]; !known && len(notes) >= maxNotes {
		text = "further failures of other kinds"
	}
	notes[text]++
}

// Tell writes what is held of other days than today, and lets go of it; only the
// first call of a day does. Called every few seconds, it writes when the day begins.
func (t *Tally) Tell(log *slog.Logger) {
	t.mu.Lock()
	defer t.mu.Unlock()
	today := day(t.now())
	if t.told == today {
		// Somebody who was answered just before midnight may be counted just after
		// it. That waits for the next midnight, or the line would say so.
		return
	}
	t.told = today
	for _, date := range slices.Sorted(maps.Keys(t.days)) {
		if date == today {
			continue
		}
		t.days[date].tell(log, date)
		delete(t.days, date)
	}
}

func (d *tallied) tell(log *slog.Logger, date string) {
	counts := []any{"day", date}
	for _, what := range slices.Sorted(maps.Keys(d.counts)) {
		if n := d.counts[what]; n >= least {
			counts = append(counts, what, round(n))
		}
	}
	if len(counts) > 2 {
		log.Info("sources were sent away, at least as many as this", counts...)
	}
	for _, text := range slices.Sorted(maps.Keys(d.notes)) {
		log.Error(text, "day", date, "times_at_least", max(1, round(d.notes[text])))
	}
}

// round returns a count with its first digit only, and 0 for one that is not told.
func round(n int) int {
	if n < least {
		return 0
	}
	unit := 1
	for n/unit >= least {
		unit *= 10
	}
	return n / unit * unit
}
