package cases

import (
	"maps"
	"slices"
)

// stay is the days on which a thread was of a case; empty is without an end.
type stay struct{ thread, from, to string }

// allStays returns who was ever of which case, also of threads that are not here.
func (f *fold) allStays() map[string][]stay {
	ended := make(map[string]string) // by link: the day on which it was first replaced
	for _, s := range f.all {
		for _, id := range s.Replaces {
			if old := f.all[id]; old != nil && f.why(s) == "" && f.replaces(s, old) && (ended[id] == "" || s.Day < ended[id]) {
				ended[id] = s.Day
			}
		}
	}
	all := make(map[string][]stay)
	moved := make(map[string]string) // by thread: the day on which it was first linked to a code not its own
	for id, s := range f.all {
		if s.Field != FieldCase || f.why(s) != "" {
			continue
		}
		code := f.find(s.Value)
		all[code] = append(all[code], stay{s.Subject, s.Day, ended[id]})
		if own := f.own(s.Subject); f.find(own) != code && (moved[s.Subject] == "" || s.Day < moved[s.Subject]) {
			moved[s.Subject] = s.Day
		}
	}
	for id := range f.threads {
		code := f.find(f.own(id))
		all[code] = append(all[code], stay{id, "", moved[id]})
	}
	for id := range f.links {
		if code := f.find(f.own(id)); f.threads[id] == nil {
			all[code] = append(all[code], stay{id, "", moved[id]})
		}
	}
	return all
}

// rests returns the threads on which what was coded of a case may rest: those that were
// of it on that day, whatever became of them since, and whether they are here or not.
func (f *fold) rests(s *Signed) []string {
	there := make(map[string]bool)
	for _, t := range f.stays[f.find(s.Subject)] {
		if t.from <= s.Day && (t.to == "" || s.Day <= t.to) {
			there[t.thread] = true
		}
	}
	if s.holds() { // who was linked by somebody who does not count may have been meant too
		for _, id := range f.beside[s.Subject] {
			there[id] = true
		}
	}
	return slices.Sorted(maps.Keys(there))
}
