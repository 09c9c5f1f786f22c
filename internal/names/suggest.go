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
	blocks := make(map[string][]int32)
	for i, r := range x.people {
		keys := r.keys()
		if len(keys) > 0 {
			stats.People++
		}
		for _, key := range keys {
			blocks[key] = append(blocks[key], int32(i))
		}
	}
	partners := x.partners(blocks, &stats)
	clear(blocks)
	found, err := x.compareAll(ctx, partners, cmp.Or(o.Least, Least), o.Skip)
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
func (x *Index) compareAll(ctx context.Context, partners [][]int32, least int, skip func(a, b string) bool) (findings, error) {
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
			for context.Cause(ctx) == nil {
				i := int(next.Add(1)) - 1
				if i >= len(partners) {
					return
				}
				own.compareOne(f, i, partners[i], least, skip)
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

// compareOne compares one of the people with their partners.
func (x *Index) compareOne(f *findings, i int, partners []int32, least int, skip func(a, b string) bool) {
	slices.Sort(partners)
	a := x.people[i]
	for _, j := range slices.Compact(partners) {
		b := x.people[j]
		if a.person.Group == b.person.Group {
			continue
		}
		f.compared++
		if p := x.pair(a, b); p.Score >= least && (skip == nil || !skip(p.A, p.B)) {
			f.keep(p)
		}
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

// partners returns for each of the people those behind them to compare them with.
func (x *Index) partners(blocks map[string][]int32, stats *Stats) [][]int32 {
	all := make([][]int32, len(x.people))
	for _, block := range blocks {
		reach := len(block)
		if len(block) > crowd {
			// So many are of one name that the rest must tell them apart.
			slices.SortFunc(block, func(a, b int32) int { return x.people[a].compare(x.people[b]) })
			reach = neighbours
			stats.Crowded++
		}
		for at, i := range block {
			for _, j := range block[at+1 : min(at+1+reach, len(block))] {
				all[min(i, j)] = append(all[min(i, j)], max(i, j))
			}
		}
	}
	return all
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
// saves and misses. Its memory grows with the square of them.
func (x *Index) EachWithEach(ctx context.Context, o Options) ([]Pair, Stats, error) {
	stats := Stats{People: len(x.people)}
	partners := make([][]int32, len(x.people))
	for i := range partners {
		for j := i + 1; j < len(x.people); j++ {
			partners[i] = append(partners[i], int32(j))
		}
	}
	found, err := x.compareAll(ctx, partners, cmp.Or(o.Least, Least), o.Skip)
	stats.Compared = found.compared
	return sorted(found.best), stats, err
}
