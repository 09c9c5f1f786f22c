package names

import (
	"math"
	"time"
)

// dayNumber counts the days to a day in its one spelling.
func dayNumber(day string) int {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0
	}
	return int(t.Unix() / (24 * 60 * 60))
}

// mostOfDates and mostOfPlaces bound what dates and places say together: those of one
// man follow from each other.
const (
	mostOfDates  = 5.0
	mostOfPlaces = 2.0
)

// dates compares what is known of when something happened to him.
func (p *Pair) dates(a, b *ready) {
	left := mostOfDates
	for i, key := range dateKeys {
		if !a.dates[i].known || !b.dates[i].known {
			continue
		}
		r := meets(a.dates[i], b.dates[i])
		r.What = key
		r.Bits = math.Max(math.Min(r.Bits, left), -mostOfDates)
		left -= math.Max(r.Bits, 0)
		p.say(r)
	}
}

func meets(a, b span) Reason {
	gap := max(a.from-b.to, b.from-a.to)
	if gap <= 0 {
		switch length := max(a.to-a.from, b.to-b.from); {
		case length <= 2:
			return Reason{How: Overlap, Bits: 4}
		case length <= 31:
			return Reason{How: Overlap, Bits: 2.5}
		case length <= 366:
			return Reason{How: Overlap, Bits: 1}
		}
		return Reason{How: Overlap, Bits: 0.2}
	}
	switch {
	case gap <= 45 || gap <= 200 && (a.about || b.about):
		return Reason{How: Near, Bits: 0.5, Days: gap}
	case gap <= 400:
		return Reason{How: FarApart, Bits: -1, Days: gap}
	}
	return Reason{How: FarApart, Bits: -2.5, Days: gap}
}

// places compares the codes of where something happened to him.
func (p *Pair) places(a, b *ready) {
	left := mostOfPlaces
	for i, key := range placeKeys {
		mine, other := a.places[i], b.places[i]
		switch {
		case mine == "" || other == "":
		case mine == other:
			bits := math.Min(1.2, left)
			left -= bits
			p.say(Reason{What: key, How: Same, Bits: bits})
		default:
			p.say(Reason{What: key, How: Other, Bits: -1})
		}
	}
}
