package names

import (
	"math"
	"strconv"

	"amana/internal/edtf"
)

// Person is what one source says of one person. What is empty is not known: it speaks
// neither for nor against.
type Person struct {
	ID    string // of the thread
	Group string // of the case: those of one are never suggested to each other

	Name, Father, Mother string
	Birth                string // EDTF
	Birthplace           string

	Dates  map[string]string // EDTF by what happened: "surrender_date"
	Places map[string]string // codes by what happened: "surrender_gov"
}

// part is one part of a name that stands in an index once, however many have it.
type part struct {
	token
	number uint32
	sounds []sound
	known  []int  // numbers of the common names that it can be
	key    string // for finding: the consonants, the same for all usual spellings
	rare   string // for counting how many have it
	bits   float64
}

// ready is a person made ready to be compared.
type ready struct {
	name, father, mother []*part
	place                []*part
	birth                edtf.Date
	dates                [3]span   // by dateKeys
	places               [3]string // by placeKeys
	person               *Person
}

// span is the days that a date can mean, as numbers.
type span struct {
	from, to int
	about    bool
	known    bool
}

// Index is people made ready to be compared with each other.
type Index struct {
	people []*ready
	parts  map[token]*part
	total  float64
	often  map[string]int // by rare: how many have such a part

	like map[uint64]float32 // likeness of parts that were compared
	buf  []Reason           // of a pair that is being compared
}

// New makes an index. Of a person without a name and parents nothing can be said.
func New(people []Person) *Index {
	x := &Index{parts: make(map[token]*part), often: make(map[string]int), like: make(map[uint64]float32), total: float64(len(people))}
	for i := range people {
		p := &people[i]
		r := &ready{person: p, name: x.take(p.Name), father: x.take(p.Father), mother: x.take(p.Mother), place: x.take(p.Birthplace)}
		if d, err := edtf.Parse(p.Birth); err == nil {
			r.birth = d
		}
		for i, key := range dateKeys {
			r.dates[i] = spanOf(p.Dates[key])
		}
		for i, key := range placeKeys {
			r.places[i] = p.Places[key]
		}
		x.people = append(x.people, r)
	}
	for _, p := range x.parts {
		p.bits = x.bits(p)
	}
	return x
}

func (x *Index) take(name string) []*part {
	var all []*part
	for _, t := range split(name) {
		p := x.parts[t]
		if p == nil {
			p = &part{token: t, number: uint32(len(x.parts)), sounds: sounds(t), known: common()[t.text]}
			p.key = skeleton(p.sounds)
			p.rare = p.key
			if len(p.known) > 0 {
				p.key, p.rare = commonKey(p.known[0]), "="+strconv.Itoa(p.known[0])
			}
			if p.key == "" {
				p.key = t.text
			}
			x.parts[t] = p
		}
		x.often[p.rare]++
		all = append(all, p)
	}
	return all
}

// bits is how much it says that two people both have a part: the rarer it is, the more.
func (x *Index) bits(p *part) float64 {
	usual := 0.002
	if len(p.known) > 0 {
		usual = 0.01
	}
	share := (float64(x.often[p.rare]) + 50*usual) / (3*x.total + 50)
	return math.Min(math.Max(-math.Log2(share), 1.5), 9)
}

// likeness compares two parts, each pair once.
func (x *Index) likeness(a, b *part) float64 {
	if a == b {
		return 1
	}
	if a.number > b.number { // the same both ways
		a, b = b, a
	}
	key := uint64(a.number)<<32 | uint64(b.number)
	like, ok := x.like[key]
	if !ok {
		like = float32(likeness(a, b)) // as exact the first time as when it is remembered
		if len(x.like) < mostLike {
			x.like[key] = like
		}
	}
	return float64(like)
}

// mostLike bounds what is remembered of comparisons.
const mostLike = 500_000

// spanOf returns the days of a date, if its year is known.
func spanOf(text string) span {
	d, err := edtf.Parse(text)
	if err != nil {
		return span{}
	}
	from, to := d.Range()
	return span{dayNumber(from), dayNumber(to), d.About, from != ""}
}
