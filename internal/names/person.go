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
	sounds []sound
	known  []int  // numbers of the common names that it can be
	key    string // for finding: the same for all usual spellings
}

// ready is a person made ready to be compared.
type ready struct {
	name, father, mother []*part
	place                []*part
	birth                edtf.Date
	dates                map[string]span
	person               *Person
}

// span is the days that a date can mean, as numbers.
type span struct {
	from, to int
	about    bool
}

// Index is people made ready to be compared with each other.
type Index struct {
	people []*ready
	parts  map[token]*part
	total  float64
	often  map[string]int // by key: how many have such a part

	like map[[2]*part]float64 // likeness of parts that were compared
}

// New makes an index. Of a person without a name and parents nothing can be said.
func New(people []Person) *Index {
	x := &Index{parts: make(map[token]*part), often: make(map[string]int), like: make(map[[2]*part]float64), total: float64(len(people))}
	for i := range people {
		p := &people[i]
		r := &ready{person: p, name: x.take(p.Name), father: x.take(p.Father), mother: x.take(p.Mother), place: x.take(p.Birthplace)}
		if d, err := edtf.Parse(p.Birth); err == nil {
			r.birth = d
		}
		r.dates = make(map[string]span)
		for key, text := range p.Dates {
			if s, ok := spanOf(text); ok {
				r.dates[key] = s
			}
		}
		x.people = append(x.people, r)
	}
	return x
}

// Len returns how many people there are.
func (x *Index) Len() int { return len(x.people) }

func (x *Index) take(name string) []*part {
	var all []*part
	for _, t := range split(name) {
		p := x.parts[t]
		if p == nil {
			p = &part{token: t, sounds: sounds(t), known: common()[t.text]}
			p.key = skeleton(p.sounds)
			if len(p.known) > 0 {
				p.key = "=" + strconv.Itoa(p.known[0])
			}
			if p.key == "" {
				p.key = t.text
			}
			x.parts[t] = p
		}
		x.often[p.key]++
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
	share := (float64(x.often[p.key]) + 50*usual) / (3*x.total + 50)
	return math.Min(math.Max(-math.Log2(share), 1.5), 9)
}

// likeness compares two parts, each pair once.
func (x *Index) likeness(a, b *part) float64 {
	if a == b {
		return 1
	}
	if like, ok := x.like[[2]*part{a, b}]; ok {
		return like
	}
	like := likeness(a, b)
	if len(x.like) < mostLike {
		x.like[[2]*part{a, b}] = like
	}
	return like
}

// mostLike bounds what is remembered of comparisons.
const mostLike = 500_000

// spanOf returns the days of a date; false if its year is not known.
func spanOf(text string) (span, bool) {
	d, err := edtf.Parse(text)
	if err != nil {
		return span{}, false
	}
	from, to := d.Range()
	if from == "" {
		return span{}, false
	}
	return span{dayNumber(from), dayNumber(to), d.About}, true
}
