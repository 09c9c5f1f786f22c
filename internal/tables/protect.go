package tables

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Least is the smallest count that is printed for others, unless told otherwise.
const Least = 5

// apart is how far the values of a small count must lie apart that are possible after
// everything printed, even for one who knows which counts are small and which are
// hidden only to protect them.
const apart = 2

// around is how far from the truth other solutions are looked for. Looking no further
// can only make a count seem less safe than it is.
const around = 24

// maxWork bounds the search, to some seconds. Where it does not come to an end nothing
// new is printed.
const maxWork = 1_500_000_000

// fateOf is what becomes of a count.
type fateOf uint8

const (
	shownAs   fateOf = iota // printed as it is
	small                   // suppressed: less than least, 0 too
	cover                   // suppressed so that a small one cannot be worked out
	unchanged               // printed as an earlier edition did: it can be up to least-1 more
	fewer                   // suppressed: an earlier edition printed up to least-1 more
	ghost                   // not in this edition; only what is known of it from an earlier one
)

// count is one count on its way to being printed.
type count struct {
	key   string
	value int
	fate  fateOf
	shown int  // as it is printed
	fixed bool // an attacker knows it in any case: suppressing it would hide nothing
	zero  bool // 0 by what it means
	order [8]byte
	low   int // of a ghost
	high  int
	apart int
	least int // smallest and greatest value that a solution was found with
	most  int
}

// free tells whether an attacker does not know the count exactly.
func (c *count) free() bool { return c.fate != shownAs && (c.fate != ghost || c.low < c.high) }

// open tells whether the count is printed, and could be suppressed.
func (c *count) open() bool { return c.fate == shownAs && !c.fixed || c.fate == unchanged }

// bounds are what an attacker knows of it who knows what became of it.
func (c *count) bounds(least int) (low, high int) {
	low, high = max(0, c.value-around), c.value+around
	switch c.fate {
	case small:
		high = min(high, least-1)
	case cover:
		low = max(low, least)
	case unchanged:
		low, high = c.shown, c.shown+least-1
	case fewer:
		low, high = max(0, c.shown-least+1), c.shown-1
	case ghost:
		low, high = c.low, c.high
	}
	return low, high
}

// wanted is how far apart its possible values must lie.
func (c *count) wanted() int {
	switch c.fate {
	case small:
		if c.value == 0 {
			return 0 // that there is nobody betrays nobody
		}
		return apart
	case unchanged:
		if c.value == c.shown {
			return 0 // it has not changed
		}
		return apart
	case fewer:
		return apart
	case cover:
		return c.apart // one that is large may be worked out, as if it were printed
	}
	return c.apart
}

// guard decides what is printed.
type guard struct {
	least     int
	counts    []*count
	byKey     map[string]int
	said      map[string]bool // relations that are there
	relations []equation      // over counts
	of        [][]int         // by count: its relations
	strict    bool            // an attacker can know that what is printed again has not changed
	work      int             // what may still be done, in steps of arithmetic
}

// errBetrayed says that a small count cannot be protected any more.
var errBetrayed = errors.New("tables: what was printed before, or is to be revealed, betrays a small count")

func newGuard(m *model, least int) *guard {
	g := &guard{least: least, byKey: make(map[string]int), said: make(map[string]bool), work: maxWork}
	for _, k := range slices.Sorted(maps.Keys(m.counts)) {
		g.add(&count{key: k, value: m.counts[k]})
	}
	slices.SortFunc(m.relations, func(a, b relation) int { return cmp.Compare((&a).name(), (&b).name()) })
	for _, r := range m.relations {
		g.relate(r)
	}
	return g
}

// name tells a relation from all others.
func (r *relation) name() string { return fmt.Sprint(r.least, r.signs, r.keys) }

func (g *guard) add(c *count) {
	// Which counts are hidden to protect others must not depend on how large they are:
	// that would tell something of them.
	sum := sha256.Sum256([]byte("amana tables 1\n" + c.key))
	copy(c.order[:], sum[:])
	g.byKey[c.key] = len(g.counts)
	g.counts, g.of = append(g.counts, c), append(g.of, nil)
}

func (g *guard) relate(r relation) {
	name := r.name()
	if g.said[name] {
		return
	}
	g.said[name] = true
	e := equation{least: r.least}
	for i, k := range r.keys {
		v, ok := g.byKey[k]
		if !ok {
			return
		}
		e.vars, e.signs = append(e.vars, v), append(e.signs, r.signs[i])
		g.of[v] = append(g.of[v], len(g.relations))
	}
	g.relations = append(g.relations, e)
}

// begin suppresses the small counts.
func (g *guard) begin() {
	for _, c := range g.counts {
		if c.fate == shownAs && !c.fixed && c.value < g.least {
			c.fate = small
		}
		if c.fate == shownAs {
			c.shown = c.value
		}
	}
}

// protect suppresses more until no suppressed count can be worked out. Where one count
// after the other does not help, it suppresses all that stand near, and in the end all.
func (g *guard) protect() error {
	touched := make(map[int]bool)
	for v, c := range g.counts {
		if c.free() {
			touched[v] = true
		}
	}
	for round := 0; len(touched) > 0; round++ {
		narrow := g.narrow(touched, round)
		clear(touched)
		for _, v := range narrow {
			hidden := []int{g.next(v)}
			switch {
			case round > 24 || g.work < maxWork/4:
				hidden = g.shown(0)
			case round > 20 || g.work < maxWork/2:
				hidden = g.shown(2)
			case round > 10:
				for _, w := range g.group(v, 10*(round-9)) {
					hidden = append(hidden, g.near(w)...)
				}
			case round > 5:
				hidden = append(hidden, g.near(v)...)
			}
			for _, w := range hidden {
				if w >= 0 {
					g.hide(w)
					touched[w], touched[v] = true, true
				}
			}
		}
		if len(narrow) > 0 && len(touched) == 0 && !g.nothing() {
			return errBetrayed
		}
		if g.work < 0 && len(g.shown(0)) == 0 && !g.nothing() {
			return errBetrayed
		}
	}
	return nil
}

// hide suppresses a count.
func (g *guard) hide(v int) {
	c := g.counts[v]
	if c.fate == unchanged && c.shown != c.value {
		c.apart = apart // the difference is small
	}
	c.fate = cover
	if c.value < g.least {
		c.fate = small
	}
}

// shown returns the counts that are printed and could be suppressed, and that say at
// least so closely what they count.
func (g *guard) shown(deep int) []int {
	var all []int
	for v, c := range g.counts {
		if c.open() && depth(c) >= deep {
			all = append(all, v)
		}
	}
	return all
}

// near returns those in the relations of a count, but for the number of all cases.
func (g *guard) near(v int) []int {
	var all []int
	for _, r := range g.of[v] {
		for _, w := range g.relations[r].vars {
			if c := g.counts[w]; c.open() && depth(c) > 0 && !g.idle(r) {
				all = append(all, w)
			}
		}
	}
	return all
}

// nothing tells whether nothing is printed, or was, that anything could be worked out of.
func (g *guard) nothing() bool {
	return !slices.ContainsFunc(g.counts, func(c *count) bool {
		return !c.zero && (c.fate == shownAs || c.fate == unchanged || c.fate == fewer || c.fate == ghost)
	})
}

// next returns the count that is hidden next to protect another, -1 if there is none. It
// is looked for where the fewest counts are free, and near: in the relations of the count
// and of those that depend on it. The choice rests on what everybody sees, and on no
// count: it must tell nothing of them.
func (g *guard) next(v int) int {
	best, cost := -1, 0
	seen, done := map[int]bool{v: true}, make(map[int]bool)
	for group, far := []int{v}, 0; len(group) > 0; far++ {
		var more []int
		for _, v := range group {
			for _, r := range g.of[v] {
				if done[r] || g.idle(r) {
					continue
				}
				done[r] = true
				free := 4 * far
				candidate := -1
				for _, w := range g.relations[r].vars {
					c := g.counts[w]
					switch {
					case c.open():
						if candidate < 0 || g.before(w, candidate) {
							candidate = w
						}
						if c.free() && !seen[w] {
							seen[w] = true
							more = append(more, w)
						}
					case c.free():
						free++
						if !seen[w] {
							seen[w] = true
							more = append(more, w)
						}
					}
				}
				if g.relations[r].least {
					free += 2
				}
				if candidate >= 0 {
					free += 3 * g.lonely(candidate) // where it is alone it needs company
				}
				if candidate >= 0 && (best < 0 || free < cost || free == cost && g.before(candidate, best)) {
					best, cost = candidate, free
				}
			}
		}
		if best >= 0 && far >= 2 {
			return best
		}
		group = more
	}
	return best
}

// lonely returns in how many equations a count would be the only one that is hidden.
func (g *guard) lonely(w int) int {
	n := 0
	for _, r := range g.of[w] {
		e := &g.relations[r]
		if !e.least && !slices.ContainsFunc(e.vars, func(v int) bool { return v != w && g.counts[v].free() }) {
			n++
		}
	}
	return n
}

// before tells which of two counts is hidden first: the one that says more closely what
// it counts, so that totals stay as long as they can, and of those the one that leaves
// fewer alone.
func (g *guard) before(a, b int) bool {
	x, y := g.counts[a], g.counts[b]
	return cmp.Or(cmp.Compare(depth(y), depth(x)), cmp.Compare(g.lonely(a), g.lonely(b)), slices.Compare(x.order[:], y.order[:])) < 0
}

func depth(c *count) int {
	if c.key == "" {
		return 0
	}
	return 1 + strings.Count(c.key, "&") + strings.Count(c.key, "|")
}

// narrow returns the counts, of those that depend on touched ones, that can be worked
// out too closely.
func (g *guard) narrow(touched map[int]bool, round int) []int {
	var starts []int
	for v := range touched {
		starts = append(starts, v)
	}
	slices.SortFunc(starts, func(a, b int) int { return cmp.Compare(g.counts[a].key, g.counts[b].key) })
	seen := make(map[int]bool)
	var all []int
	for _, v := range starts {
		if seen[v] {
			continue
		}
		group := g.group(v, len(g.counts))
		slices.SortFunc(group, func(a, b int) int { return cmp.Compare(g.counts[a].key, g.counts[b].key) })
		for _, w := range group {
			seen[w] = true
			g.counts[w].least, g.counts[w].most = g.counts[w].value, g.counts[w].value
		}
		for _, w := range group {
			if !g.wide(w, len(group), round) {
				all = append(all, w)
			}
		}
	}
	return all
}

// group returns up to most free counts that depend on one, the nearest first.
func (g *guard) group(v, most int) []int {
	group, seen := []int{v}, map[int]bool{v: true}
	for i := 0; i < len(group); i++ {
		for _, r := range g.of[group[i]] {
			if g.idle(r) {
				continue
			}
			for _, w := range g.relations[r].vars {
				if !seen[w] && g.counts[w].free() {
					if len(group) == most {
						return group
					}
					seen[w] = true
					group = append(group, w)
				}
			}
		}
	}
	return group
}

// idle tells whether a relation holds whatever the free counts in it are.
func (g *guard) idle(r int) bool {
	e := &g.relations[r]
	if !e.least {
		return false
	}
	sum := 0
	for i, v := range e.vars {
		low, high := g.counts[v].value, g.counts[v].value
		if c := g.counts[v]; c.free() {
			low, high = c.bounds(g.least)
		}
		if e.signs[i] > 0 {
			sum += low
		} else {
			sum -= high
		}
	}
	return sum >= 0
}

// wide tells whether solutions are found in which a count has values far enough apart.
// It is looked for near first: that all counts further off stand where they truly do can
// only make it seem less wide than it is.
func (g *guard) wide(v, whole, round int) bool {
	c := g.counts[v]
	sizes := []int{40, 250, 2000}
	if round < 2 {
		sizes = sizes[:1] // first what is plain
	}
	for _, most := range sizes {
		if c.most-c.least >= c.wanted() {
			return true
		}
		g.examine(g.group(v, most), v)
		if most >= whole {
			break
		}
	}
	return c.most-c.least >= c.wanted()
}

// examine looks for solutions with other values of the first of a group.
func (g *guard) examine(group []int, v int) {
	work := min(g.work, maxWork/100)
	g.work -= work
	defer func() { g.work += work }()
	p := &problem{work: &work}
	place := make(map[int]int)
	for i, w := range group {
		c := g.counts[w]
		low, high := c.bounds(g.least)
		p.low, p.high, p.point = append(p.low, low), append(p.high, high), append(p.point, c.value)
		place[w] = i
	}
	used := make(map[int]bool)
	for _, w := range group {
		for _, r := range g.of[w] {
			if used[r] {
				continue
			}
			used[r] = true
			if e := g.fix(r, place); !e.slack(p) {
				p.rows = append(p.rows, e)
			}
		}
	}
	p.widen(place[v], g.counts[v].wanted())
	for i, w := range group {
		c := g.counts[w]
		c.least, c.most = min(c.least, p.least[i]), max(c.most, p.most[i])
	}
}

// fix returns a relation with the counts that are not in a problem put in as they are.
func (g *guard) fix(r int, place map[int]int) equation {
	in := &g.relations[r]
	e := equation{least: in.least}
	for i, v := range in.vars {
		if at, ok := place[v]; ok {
			e.vars, e.signs = append(e.vars, at), append(e.signs, in.signs[i])
			continue
		}
		e.number += int(in.signs[i]) * g.counts[v].value
	}
	return e
}
