package bolt

import "amana/vault"

// tally is what is added to the counts at one time.
type tally struct {
	testimonies, collected int
	bytes                  int64
	days                   map[string]int
	epochs                 map[uint32]int // by the epoch of the header in force
	waiting                map[epochs]int
}

// epochs are those of a record's header and of the one that waits beside it.
type epochs struct{ header, next uint32 }

// add counts a record n times.
func (t *tally) add(rec *vault.Record, n int) {
	if t.days == nil {
		t.days, t.epochs, t.waiting = map[string]int{}, map[uint32]int{}, map[epochs]int{}
	}
	t.testimonies += n
	t.bytes += int64(n) * rec.Size()
	t.days[rec.Day] += n
	t.epochs[rec.HeaderEpoch] += n
	if rec.Next != nil {
		t.waiting[epochs{rec.HeaderEpoch, rec.Next.Epoch}] += n
	}
	if rec.Collected {
		t.collected += n
	}
}

// count adds t to the counts. What is changed or removed as soon as it is kept may
// be counted before the committer of records counts it as kept, so a number may be
// below zero for a moment.
func (s *Store) count(t *tally) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.counts
	c.Testimonies += t.testimonies
	c.Collected += t.collected
	c.Bytes += t.bytes
	for day, n := range t.days {
		addTo(c.ByDay, day, n)
	}
	for epoch, n := range t.epochs {
		addTo(c.ByEpoch, epoch, n)
	}
	for e, n := range t.waiting {
		by := c.Waiting[e.header]
		if by == nil {
			by = map[uint32]int{}
			c.Waiting[e.header] = by
		}
		addTo(by, e.next, n)
		if len(by) == 0 {
			delete(c.Waiting, e.header)
		}
	}
}

// addTo adds n to a number that is left out when it is 0.
func addTo[K comparable](numbers map[K]int, key K, n int) {
	if numbers[key] += n; numbers[key] == 0 {
		delete(numbers, key)
	}
}
