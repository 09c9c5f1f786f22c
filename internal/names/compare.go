package names

import (
	"cmp"
	"math"
	"slices"
)

// Pair is two people who may be one.
type Pair struct {
	A, B    string // ids, A before B
	Score   int    // 0 to 100
	Reasons []Reason
	a, b    *ready
}

// alike is from when on two parts count as one name.
const alike = 0.72

// match is what the parts of two names have in common.
type match struct {
	parts  int
	how    string
	of     Change
	bits   float64
	order  bool
	leftA  []*part
	leftB  []*part
	worst  float64
	placed [][2]int
}

// align finds the parts that two names have in common, the best first.
func (x *Index) align(a, b []*part) match {
	m := match{how: Same, worst: 1}
	usedA, usedB := make([]bool, len(a)), make([]bool, len(b))
	for range min(len(a), len(b)) {
		best, at := alike, [2]int{-1, -1}
		for i := range a {
			for j := range b {
				if usedA[i] || usedB[j] {
					continue
				}
				// Of equals, those that stand in the same place.
				like := x.likeness(a[i], b[j])
				if like >= alike && (like > best+1e-9 || at[0] < 0 || like > best-1e-9 && i-j == 0) {
					best, at = like, [2]int{i, j}
				}
			}
		}
		if at[0] < 0 {
			break
		}
		usedA[at[0]], usedB[at[1]] = true, true
		m.add(a[at[0]], b[at[1]], best)
		m.placed = append(m.placed, at)
	}
	for i := range a {
		if !usedA[i] {
			m.leftA = append(m.leftA, a[i])
		}
	}
	for j := range b {
		if !usedB[j] {
			m.leftB = append(m.leftB, b[j])
		}
	}
	slices.SortFunc(m.placed, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	m.order = !slices.IsSortedFunc(m.placed, func(a, b [2]int) int { return cmp.Compare(a[1], b[1]) })
	return m
}

// add counts two parts that are alike.
func (m *match) add(a, b *part, like float64) {
	how, worth := Same, 1.0
	switch {
	case a.text == b.text:
	case like >= 0.93:
		how, worth = Spelling, 0.9
	default:
		how, worth = Slip, 0.3+0.5*(like-alike)/(1-alike)
	}
	if m.how == Same || how == Slip {
		m.how = how
	}
	m.parts++
	if a.latin == b.latin {
		m.of |= a.change ^ b.change
	}
	m.worst = math.Min(m.worst, like)
	m.bits += worth * math.Min(a.bits, b.bits)
}

// pair compares two people. Its reasons are there until the next pair is compared.
func (x *Index) pair(a, b *ready) Pair {
	p := Pair{A: a.person.ID, B: b.person.ID, a: a, b: b}
	if p.A > p.B {
		p.A, p.B, p.a, p.b = p.B, p.A, b, a
	}
	a, b = p.a, p.b
	p.Reasons = x.buf[:0]
	father := x.name(&p, a, b)
	x.parent(&p, "father", a.father, b.father, father, 5)
	x.parent(&p, "mother", a.mother, b.mother, false, 4)
	// Before anything is known of them, two people are one with the chance of one in as
	// many as there are.
	before := 0.85 * math.Log2(math.Max(x.total, 200))
	if p.bits()+mostOfTheRest < before-hopeless {
		return p // nothing could make it likely
	}
	p.birth(a, b)
	if len(a.place) > 0 && len(b.place) > 0 {
		if m := x.align(a.place, b.place); m.parts > 0 {
			p.say(Reason{What: "birthplace", How: m.how, Bits: math.Min(m.bits, 3), Of: m.of})
		} else {
			p.say(Reason{What: "birthplace", How: Other, Bits: -1})
		}
	}
	p.dates(a, b)
	p.places(a, b)
	p.Score = int(math.Round(100 / (1 + math.Exp2(before-p.bits()))))
	x.buf = p.Reasons
	return p
}

// keep returns the pair with reasons of its own, the weightiest first.
func (p Pair) keep() Pair {
	p.Reasons = slices.Clone(p.Reasons)
	slices.SortStableFunc(p.Reasons, func(a, b Reason) int { return cmp.Compare(b.Bits, a.Bits) })
	return p
}

// mostOfTheRest is the most that birth, dates and places say for a pair, and hopeless
// how far below an even chance a score rounds to 0.
const (
	mostOfTheRest = 6 + 3 + mostOfDates + mostOfPlaces
	hopeless      = 8
)

// bits is what all reasons say together.
func (p *Pair) bits() (sum float64) {
	for i := range p.Reasons {
		sum += p.Reasons[i].Bits
	}
	return sum
}

func (p *Pair) say(r Reason) { p.Reasons = append(p.Reasons, r) }

// name compares names, and tells whether the father's name of one stood inside the name
// of the other.
func (x *Index) name(p *Pair, a, b *ready) (father bool) {
	if len(a.name) == 0 || len(b.name) == 0 {
		return false
	}
	m := x.align(a.name, b.name)
	if m.parts > 0 {
		p.say(Reason{What: "name", How: m.how, Bits: m.bits, Parts: m.parts, Of: m.of})
		if m.order {
			p.say(Reason{What: "name", How: Order, Bits: -0.5})
		}
	}
	// "Mohammed Ahmad al-Khatib" and "Mohammed al-Khatib", son of Ahmad.
	for _, side := range []struct {
		left   *[]*part
		father []*part
		own    []*part
	}{{&m.leftA, b.father, a.father}, {&m.leftB, a.father, b.father}} {
		for i, part := range *side.left {
			if len(side.father) > 0 && x.likeness(part, side.father[0]) >= alike {
				*side.left = slices.Delete(slices.Clone(*side.left), i, i+1)
				if len(side.own) == 0 {
					father = true
					p.say(Reason{What: "father", How: Inside, Bits: 0.9 * part.bits})
				}
				break
			}
			if len(side.own) > 0 && x.likeness(part, side.own[0]) >= alike { // his own father's: not a part that the other lacks
				*side.left = slices.Delete(slices.Clone(*side.left), i, i+1)
				break
			}
		}
	}
	if n := min(len(m.leftA), len(m.leftB)); n > 0 {
		p.say(Reason{What: "name", How: OtherFamily, Bits: -4 * float64(n) * x.unlike(m.leftA, m.leftB)})
	} else if m.parts == 0 {
		p.say(Reason{What: "name", How: Other, Bits: -6})
	}
	return father
}

// unlike returns how sure it is that parts which are not alike are no slips for each
// other either: 1, or less where two of them have something in common.
func (x *Index) unlike(a, b []*part) float64 {
	best := 0.0
	for _, p := range a {
		for _, q := range b {
			best = math.Max(best, x.likeness(p, q))
		}
	}
	return 1 - math.Max(0, best-0.4)
}

// parent compares a parent's name by its parts.
func (x *Index) parent(p *Pair, what string, a, b []*part, done bool, against float64) {
	if len(a) == 0 || len(b) == 0 || done {
		return
	}
	m := x.align(a, b)
	switch {
	case m.parts == 0:
		p.say(Reason{What: what, How: Other, Bits: -against * x.unlike(a, b)})
	case len(a) == 1 && len(b) == 1 || m.placed[0] == [2]int{0, 0}:
		p.say(Reason{What: what, How: m.how, Bits: m.bits, Of: m.of})
	default: // only a later part agrees: the family's name, say
		p.say(Reason{What: what, How: m.how, Bits: m.bits / 3, Of: m.of})
	}
}

func (p *Pair) birth(a, b *ready) {
	if a.birth.Year == 0 || b.birth.Year == 0 {
		return
	}
	years := a.birth.Year - b.birth.Year
	if years < 0 {
		years = -years
	}
	about := a.birth.About || b.birth.About
	switch {
	case years == 0 && a.birth.Month > 0 && a.birth.Month == b.birth.Month:
		p.say(Reason{What: "birth", How: Same, Bits: 6})
	case years == 0:
		p.say(Reason{What: "birth", How: Same, Bits: 4})
	case years == 1:
		p.say(Reason{What: "birth", How: Near, Bits: 2})
	case years == 2 || about && years <= 4:
		p.say(Reason{What: "birth", How: Near, Bits: 0.5})
	case years <= 5:
		p.say(Reason{What: "birth", How: Other, Bits: -2.5})
	default:
		p.say(Reason{What: "birth", How: Other, Bits: -5})
	}
}
