package names

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
)

// Options say what is suggested.
type Options struct {
	Least int // score from which on a pair is suggested; 0 means [Least]
	// Skip tells that a pair is not to be suggested, whatever its score; nil means none.
	Skip func(a, b string) bool
}

// Least is the score from which on a pair is worth a person's look.
const Least = 60

// Stats says what was done to find pairs.
type Stats struct {
	People   int // with anything of a name
	Compared int // pairs
	Crowded  int // groups of people too alike to compare each with each: neighbours were
}

// crowd is how many people of one key are compared each with each; of more, each is
// compared with so many neighbours.
const (
	crowd      = 150
	neighbours = 40
)

// Suggest returns the pairs that may be one person, the likeliest first, at most one of
// two groups. Not each is compared with each: only those who have two things in common,
// as coarsely as a slip or another script leaves them.
func (x *Index) Suggest(ctx context.Context, o Options) ([]Pair, Stats, error) {
	var stats Stats
	b := x.blocks(&stats)
	found, err := x.compareAll(ctx, b.partners, cmp.Or(o.Least, Least), o.Skip)
	stats.Compared = found.compared
	return sorted(found.best), stats, err
}

// findings are what was found among some of the pairs.
type findings struct {
	best     map[[2]string]Pair // by groups
	compared int
}

// keep keeps a pair if it is the likeliest of its groups so far.
func (f *findings) keep(p Pair) {
	groups := [2]string{min(p.a.person.Group, p.b.person.Group), max(p.a.person.Group, p.b.person.Group)}
	if old, ok := f.best[groups]; !ok || p.before(old) {
		f.best[groups] = p.keep()
	}
}

// compareAll compares everybody with their partners, on all processors.
func (x *Index) compareAll(ctx context.Context, partners func(i int, add func(j int32)), least int, skip func(a, b string) bool) (findings, error) {
	workers := runtime.GOMAXPROCS(0)
	all := make([]findings, workers)
	var next atomic.Int64
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			f := &all[w]
			f.best = make(map[[2]string]Pair)
			own := *x // what it remembers of comparisons is its own
			own.like, own.buf = make(map[uint64]float32), nil
			seen := make([]int32, len(x.people)) // by person: behind whom they were compared last
			for context.Cause(ctx) == nil {
				i := int(next.Add(1)) - 1
				if i >= len(x.people) {
					return
				}
				partners(i, func(j int32) {
					if int(j) > i && seen[j] != int32(i)+1 {
						seen[j] = int32(i) + 1
						own.compareOne(f, i, int(j), least, skip)
					}
				})
			}
		})
	}
	group.Wait()
	for _, f := range all[1:] {
		all[0].compared += f.compared
		for _, p := range f.best {
			all[0].keep(p)
		}
	}
	return all[0], context.Cause(ctx)
}

// compareOne compares two of the people, unless they are of one group.
func (x *Index) compareOne(f *findings, i, j, least int, skip func(a, b string) bool) {
	a, b := x.people[i], x.people[j]
	if a.person.Group == b.person.Group {
		return
	}
	f.compared++
	if p := x.pair(a, b); p.Score >= least && (skip == nil || !skip(p.A, p.B)) {
		f.keep(p)
	}
}

// before tells which of two pairs is likelier; of equals, always the same.
func (p Pair) before(q Pair) bool {
	return cmp.Or(cmp.Compare(q.Score, p.Score), cmp.Compare(p.A, q.A), cmp.Compare(p.B, q.B)) < 0
}

func sorted(best map[[2]string]Pair) []Pair {
	all := make([]Pair, 0, len(best))
	for _, p := range best {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B))
	})
	return all
}

// blocks are people by what they have in common.
type blocks struct {
	members [][]int32
	in      [][]place // by person
}

// place is where in a block somebody stands.
type place struct{ block, at int32 }

func (x *Index) blocks(stats *Stats) *blocks {
	b := &blocks{in: make([][]place, len(x.people))}
	number := make(map[string]int32)
	for i, r := range x.people {
		keys := r.keys()
		if len(keys) > 0 {
			stats.People++
		}
		for _, key := range keys {
			n, ok := number[key]
			if !ok {
				n = int32(len(b.members))
				number[key] = n
				b.members = append(b.members, nil)
			}
			b.members[n] = append(b.members[n], int32(i))
		}
	}
	for n, all := range b.members {
		if len(all) < 2 {
			continue
		}
		if len(all) > crowd {
			// So many are of one name that the rest must tell them apart.
			slices.SortFunc(all, func(a, b int32) int { return x.people[a].compare(x.people[b]) })
			stats.Crowded++
		}
		for at, i := range all {
			b.in[i] = append(b.in[i], place{int32(n), int32(at)})
		}
	}
	return b
}

// partners hands on those whom somebody has something in common with.
func (b *blocks) partners(i int, add func(j int32)) {
	for _, p := range b.in[i] {
		all := b.members[p.block]
		if len(all) > crowd {
			all = all[max(0, int(p.at)-neighbours):min(len(all), int(p.at)+neighbours+1)]
		}
		for _, j := range all {
			add(j)
		}
	}
}

// compare puts people in an order in which those who are alike stand together.
func (r *ready) compare(o *ready) int {
	return cmp.Or(cmp.Compare(first(r.father), first(o.father)), cmp.Compare(first(r.mother), first(o.mother)),
		cmp.Compare(r.birth.Year, o.birth.Year), cmp.Compare(first(r.place), first(o.place)), cmp.Compare(r.person.ID, o.person.ID))
}

func first(parts []*part) string {
	if len(parts) == 0 {
		return ""
	}
	return parts[0].key
}

// keys returns under what somebody is found: each two of the things known of them, and
// of the parts of the name also with one sound less.
func (r *ready) keys() []string {
	var names []string
	for _, p := range r.name[:min(len(r.name), 4)] {
		names = append(names, p.key)
	}
	things := slices.Clone(names)
	if len(r.father) > 0 {
		things = append(things, r.father[0].key)
	}
	if len(r.mother) > 0 {
		things = append(things, "m"+r.mother[0].key)
	}
	if r.birth.Year > 0 && len(names) > 0 {
		things = append(things, "y"+strconv.Itoa(r.birth.Year))
	}
	var keys []string
	for i, a := range things {
		for _, b := range things[i+1:] {
			keys = append(keys, min(a, b)+"|"+max(a, b))
		}
	}
	for i, a := range names {
		for j, b := range names {
			if i != j {
				for _, less := range lessOne(b) {
					keys = append(keys, "-"+a+"|"+less)
				}
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// lessOne returns a key, and the keys with one of its sounds left out.
func lessOne(key string) []string {
	all := []string{key}
	if len(key) >= 3 {
		for i := range key {
			all = append(all, key[:i]+key[i+1:])
		}
	}
	return all
}

// EachWithEach compares everybody with everybody, for measuring what [Index.Suggest]
// saves and misses.
func (x *Index) EachWithEach(ctx context.Context, o Options) ([]Pair, Stats, error) {
	stats := Stats{People: len(x.people)}
	each := func(i int, add func(j int32)) {
		for j := i + 1; j < len(x.people); j++ {
			add(int32(j))
		}
	}
	found, err := x.compareAll(ctx, each, cmp.Or(o.Least, Least), o.Skip)
	stats.Compared = found.compared
	return sorted(found.best), stats, err
}
