package tables

import (
	"slices"

	"amana/internal/facts"
)

// Set is all cases that are counted, each reduced to what the tables need of it: about
// half a kilobyte a case. It is used by one goroutine at a time.
type Set struct {
	attributes []*attribute
	byID       map[string]int
	defines    []define
	records    []record
	spans      [][]span // by duration, for the exact figures of a working table
	told       *Set     // cases that anybody can read of besides; nil if there are none
}

type span struct{ least, most int32 }

// record is one case: the values of attribute i are v[at[i]:at[i+1]], and their classes
// stand in c at the same places.
type record struct {
	at []uint16
	v  []uint16
	c  []uint8
}

// New returns a set without cases.
func New() *Set {
	s := &Set{attributes: attributes(), byID: make(map[string]int), defines: defines(), spans: make([][]span, len(durations))}
	for i, a := range s.attributes {
		s.byID[a.id] = i
	}
	return s
}

// Count returns the set of some cases.
func Count(all []*facts.Facts) *Set {
	s := New()
	for _, f := range all {
		s.Add(f)
	}
	return s
}

// Cases returns how many cases were added.
func (s *Set) Cases() int {
	if s.told != nil {
		return len(s.records) + s.told.Cases()
	}
	return len(s.records)
}

// Told adds a case that a report tells of with its details. It is counted as any other,
// and protects nobody: who has the report takes it away from every count.
func (s *Set) Told(f *facts.Facts) {
	if s.told == nil {
		s.told = New()
	}
	s.told.Add(f)
}

// whole returns the set of all cases, those that are told among them.
func (s *Set) whole() *Set {
	if s.told == nil {
		return s
	}
	all := *s
	all.told = nil
	all.records = slices.Concat(s.records, s.told.records)
	all.spans = nil
	for i := range s.spans {
		all.spans = append(all.spans, slices.Concat(s.spans[i], s.told.spans[i]))
	}
	return &all
}

// toldBy returns how many of each count are told.
func (s *Set) toldBy(r *recoding) map[string]int {
	if s.told == nil {
		return nil
	}
	_, counts := s.told.count(r)
	return counts
}

// Add adds a case. f is not kept.
func (s *Set) Add(f *facts.Facts) {
	d := derive(f)
	r := record{at: make([]uint16, 0, len(s.attributes)+1)}
	for _, a := range s.attributes {
		r.at = append(r.at, uint16(len(r.v)))
		from := len(r.v)
		for _, code := range a.values(f, d) {
			v := uint16(a.value(code))
			if slices.Contains(r.v[from:], v) {
				continue
			}
			r.v = append(r.v, v)
			class := 0
			if a.class != nil {
				class = a.class(f, d, code)
			}
			r.c = append(r.c, uint8(class))
		}
	}
	r.at = append(r.at, uint16(len(r.v)))
	r.v, r.c = slices.Clip(r.v), slices.Clip(r.c)
	s.records = append(s.records, r)
	for i := range durations {
		if least, most, ok := durations[i].between(f); ok {
			s.spans[i] = append(s.spans[i], span{int32(least), int32(most)})
		}
	}
}

func (s *Set) attribute(id string) (*attribute, int) {
	i := s.byID[id]
	return s.attributes[i], i
}

// shown is a value as a table shows it: one value of an attribute, or several together.
type shown struct {
	Label
	atom    string // names it in keys: the attribute, "=", and the code or what stands together
	members []int  // values
}

// recoding is how the values of the attributes are shown.
type recoding struct {
	rows  [][]shown  // by attribute
	group [][]uint16 // by attribute and value: the number of the row, or none
}

const none = 1<<16 - 1

// asIs shows every value by itself.
func (s *Set) asIs() *recoding {
	r := &recoding{}
	for _, a := range s.attributes {
		var rows []shown
		for v := range a.labels {
			rows = append(rows, shown{a.labels[v], a.id + "=" + a.labels[v].Code, []int{v}})
		}
		r.put(a, rows)
	}
	return r
}

// put adds the rows of the next attribute.
func (r *recoding) put(a *attribute, rows []shown) {
	group := slices.Repeat([]uint16{none}, len(a.labels))
	for i, row := range rows {
		for _, v := range row.members {
			group[v] = uint16(i)
		}
	}
	r.rows, r.group = append(r.rows, rows), append(r.group, group)
}

// values appends the rows that a case stands in by an attribute, with their classes: of
// values that stand together the first class counts.
func (r *recoding) values(rec *record, attribute int, rows []uint16, classes []uint8) ([]uint16, []uint8) {
	for i := rec.at[attribute]; i < rec.at[attribute+1]; i++ {
		row := r.group[attribute][rec.v[i]]
		if row == none {
			continue
		}
		if at := slices.Index(rows, row); at >= 0 {
			classes[at] = min(classes[at], rec.c[i])
			continue
		}
		rows, classes = append(rows, row), append(classes, rec.c[i])
	}
	return rows, classes
}

// Has tells whether a table has a cell by these codes, whatever stands in it.
func (s *Set) Has(table, row, column string) bool {
	r := s.asIs()
	for i := range s.defines {
		if d := &s.defines[i]; d.id == table {
			_, ok := find([]*sheet{s.layout(d, r)}, Reveal{Table: table, Row: row, Column: column})
			return ok
		}
	}
	return false
}
