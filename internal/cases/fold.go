package cases

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// fold puts entries together to what stands now. It depends on nothing but the set of
// entries, the threads and the reviewers: in whatever order entries came, and by
// whatever ways, it is the same.
type fold struct {
	threads map[string]*Thread
	all     map[string]*Signed
	people  *People

	replaced map[string]bool
	links    map[string][]*Signed // heads of the field case, by thread
	formerly map[string][]string  // by case code: the threads that were ever linked to it
	united   map[string]string    // by case code: another one of the same case
	owner    map[string]string    // by the code of [CodeOf]: the first thread that has it
	stays    map[string][]stay    // by case code, of cases that are one by that of find
	beside   map[string][]string  // by case code: the threads that links which do not count put into it
}

func newFold(threads map[string]*Thread, all map[string]*Signed, people *People) *fold {
	f := &fold{threads: threads, all: all, people: people, replaced: make(map[string]bool),
		links: make(map[string][]*Signed), formerly: make(map[string][]string), united: make(map[string]string), owner: make(map[string]string), beside: make(map[string][]string)}
	for _, s := range all {
		if f.why(s) != "" {
			continue
		}
		for _, id := range s.Replaces {
			// What it names may not have come yet, or be about something else.
			if old := all[id]; old != nil && f.replaces(s, old) {
				f.replaced[id] = true
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		s := all[id]
		if s.Field != FieldCase {
			continue
		}
		if f.why(s) != "" {
			f.beside[s.Value] = append(f.beside[s.Value], s.Subject)
			continue
		}
		f.formerly[s.Value] = append(f.formerly[s.Value], s.Subject)
		if !f.replaced[id] {
			f.links[s.Subject] = append(f.links[s.Subject], s)
		}
	}
	for id := range threads {
		if own := CodeOf(id); f.owner[own] == "" || id < f.owner[own] {
			f.owner[own] = id
		}
	}
	for id := range threads {
		own := f.own(id)
		f.formerly[own] = append([]string{id}, f.formerly[own]...)
	}
	// Who was said to be of two cases, by two reviewers who did not know of each other,
	// makes one case of both until somebody settles it: what is counted as "at least"
	// must never be more than there are.
	for _, heads := range f.links {
		for _, s := range heads[1:] {
			f.unite(heads[0].Value, s.Value)
		}
	}
	f.stays = f.allStays()
	return f
}

// why says why an entry does not count.
func (f *fold) why(s *Signed) Why {
	if why := f.people.counts(&s.Entry); why != "" {
		return why
	}
	if !Book().knows(&s.Entry) {
		return WhyUnknown
	}
	return ""
}

// replaces tells whether an entry can take the place of another: it is of the same
// field, and of the same thread or also of a case. Cases come together and part again,
// so that what was said of one may be settled under another's code.
func (f *fold) replaces(s, old *Signed) bool {
	return s.Field == old.Field && (s.Subject == old.Subject || IsCase(s.Subject) && IsCase(old.Subject))
}

// find returns the code under which all cases go that are one with the case.
func (f *fold) find(code string) string {
	for f.united[code] != "" {
		code = f.united[code]
	}
	return code
}

func (f *fold) unite(a, b string) {
	a, b = f.find(a), f.find(b)
	if a != b {
		f.united[max(a, b)] = min(a, b)
	}
}

// caseOf returns the code of the case of a thread, which need not be here.
func (f *fold) caseOf(thread string) string {
	if heads := f.links[thread]; len(heads) > 0 {
		return f.find(heads[0].Value)
	}
	return f.find(f.own(thread))
}

// own returns the code that a thread has until it is linked. Codes are short: should two
// threads ever have the same, they are two cases all the same.
func (f *fold) own(thread string) string {
	if code := CodeOf(thread); f.owner[code] == thread || f.owner[code] == "" {
		return code
	}
	return apartCode(thread, 1)
}

// cases returns the cases by their codes, without values.
func (f *fold) cases() map[string]*Case {
	byID := make(map[string]*Case)
	for _, id := range slices.Sorted(maps.Keys(f.threads)) {
		code := f.caseOf(id)
		if byID[code] == nil {
			byID[code] = &Case{ID: code}
		}
		c := byID[code]
		c.Threads = append(c.Threads, f.threads[id])
		for _, s := range f.links[id] {
			c.Links = append(c.Links, f.value(s, id))
		}
	}
	for id := range f.links {
		if c := byID[f.caseOf(id)]; c != nil && f.threads[id] == nil {
			c.Elsewhere++
		}
	}
	return byID
}

// home returns the code of the case that holds what was coded of a subject now; empty
// if nothing of it is here yet.
func (f *fold) home(subject string, byID map[string]*Case) string {
	if IsThread(subject) {
		if f.threads[subject] == nil {
			return ""
		}
		return f.caseOf(subject)
	}
	if code := f.find(subject); byID[code] != nil {
		return code
	}
	// All its threads went elsewhere: what was said of it goes with the one that gave it
	// its code, or else with the first.
	for _, id := range f.formerly[subject] {
		if f.threads[id] != nil {
			return f.caseOf(id)
		}
	}
	return ""
}

func (f *fold) value(s *Signed, subject string) Value {
	name := f.people.Name(s.By)
	v := Value{Subject: subject, Field: s.Field, Value: s.Value, Note: s.Note, By: s.By, Name: cmp.Or(name, s.Name), Day: s.Day, Entry: s.ID}
	if s.holds() && !f.replaced[s.ID] {
		v.Holds = f.why(s)
	}
	return v
}

// coding puts all together.
func (f *fold) coding() *Coding {
	byID := f.cases()
	c := &Coding{People: f.people, fold: f, byID: byID, apart: make(map[[2]string][]Value)}
	for _, id := range slices.Sorted(maps.Keys(f.all)) {
		s := f.all[id]
		home, why := f.home(s.Subject, byID), f.why(s)
		if home == "" && s.holds() && IsCase(s.Subject) {
			home = f.besideHome(s.Subject)
		}
		if home == "" {
			c.Waiting++
		}
		if why != "" {
			c.Idle = append(c.Idle, Idle{f.value(s, s.Subject), why, home})
		}
		switch {
		case why != "" && !s.holds():
		case f.replaced[id] || s.Field == FieldCase:
		case strings.HasPrefix(s.Field, NotPrefix):
			pair := [2]string{s.Subject, s.Field[len(NotPrefix):]}
			c.apart[pair] = append(c.apart[pair], f.value(s, s.Subject))
		case home != "":
			v := f.value(s, s.Subject)
			if IsCase(s.Subject) {
				v.Subject, v.Rests = home, f.rests(s)
			}
			byID[home].Values = append(byID[home].Values, v)
		}
	}
	for _, code := range slices.Sorted(maps.Keys(byID)) {
		one := byID[code]
		one.Values = settled(one.Values)
		c.Cases = append(c.Cases, one)
	}
	return c
}

// settled puts values in their order and leaves out those that were taken back, unless
// another reviewer has coded otherwise.
func settled(all []Value) []Value {
	slices.SortFunc(all, func(a, b Value) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Field, b.Field), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Entry, b.Entry))
	})
	stands := make(map[[2]string]bool)
	for _, v := range all {
		if v.Value != "" && v.Field != FieldNote {
			stands[[2]string{v.Subject, v.Field}] = true
		}
	}
	return slices.DeleteFunc(all, func(v Value) bool { return v.Value == "" && !stands[[2]string{v.Subject, v.Field}] })
}
