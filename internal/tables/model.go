package tables

import (
	"slices"
	"strings"
)

// relation is something that everybody who knows how the tables are made knows of the
// counts: the sum of the terms is 0, or at least 0.
type relation struct {
	keys  []string
	signs []int8
	least bool // at least 0; else exactly 0
}

// model is every relation between the counts.
type model struct {
	s         *Set
	r         *recoding
	counts    map[string]int
	relations []relation
}

// newModel collects the relations between the counts of all sheets.
func newModel(s *Set, r *recoding, sheets []*sheet, counts map[string]int) *model {
	m := &model{s: s, r: r, counts: counts}
	for _, t := range sheets {
		m.table(t)
	}
	m.between()
	return m
}

// say adds a relation: that the sum of plus is that of minus, or with least that it is not
// smaller. One about a count that no table has is left out.
func (m *model) say(least bool, plus, minus []string) {
	r := relation{least: least}
	for i, k := range slices.Concat(plus, minus) {
		if _, ok := m.counts[k]; !ok {
			return
		}
		sign := int8(1)
		if i >= len(plus) {
			sign = -1
		}
		r.keys, r.signs = append(r.keys, k), append(r.signs, sign)
	}
	if len(r.keys) > 1 {
		m.relations = append(m.relations, r)
	}
}

// equal says that both sides are the same; atLeast that the first is not smaller.
func (m *model) equal(a, b []string)   { m.say(false, a, b) }
func (m *model) atLeast(a, b []string) { m.say(true, a, b) }

// table says what holds inside of one table.
func (m *model) table(t *sheet) {
	a, _ := m.s.attribute(t.define.rows)
	totalRow, totalColumn := t.totals()
	last := len(t.columns) - 1
	body := t.keys
	if totalRow {
		body = body[:len(body)-1]
	}
	if totalColumn || t.define.id == "missing" {
		for _, keys := range t.keys {
			total := "" // of missing: every case stands in every row
			if totalColumn {
				total, keys = keys[last], keys[:last]
			}
			m.equal([]string{total}, keys)
		}
	}
	for c := range t.columns {
		var column []string
		for _, keys := range body {
			column = append(column, keys[c])
		}
		total := m.total(t, a, c)
		switch {
		case t.classes:
		case !a.many:
			m.equal([]string{total}, column)
		default:
			m.overlapping(t, total, column)
		}
	}
	if t.classes && t.define.id != "missing" {
		for _, keys := range body {
			m.atLeast([]string{""}, keys[last:])
		}
	}
}

// total returns the key of all cases of a column.
func (m *model) total(t *sheet, a *attribute, c int) string {
	if totalRow, _ := t.totals(); totalRow {
		return t.keys[len(t.keys)-1][c]
	}
	return key(a.within)
}

// overlapping says what holds of a column in whose rows a case may stand more than once.
func (m *model) overlapping(t *sheet, total string, column []string) {
	unknown := -1
	for i, l := range t.rows[:len(column)] {
		if l.Code == CodeUnknown {
			unknown = i
		}
	}
	for i, k := range column {
		switch {
		case k == total:
		case unknown < 0 || i == unknown:
			m.atLeast([]string{total}, []string{k})
		default:
			m.atLeast([]string{total}, []string{k, column[unknown]})
		}
	}
	if unknown >= 0 {
		m.atLeast(column, []string{total})
	}
}

// rows returns the keys of an attribute's shown rows, with other atoms.
func (m *model) rows(id string, but []string, atoms ...string) []string {
	_, n := m.s.attribute(id)
	var all []string
	for _, row := range m.r.rows[n] {
		if !slices.Contains(but, row.Code) {
			all = append(all, key(append([]string{row.atom}, atoms...)...))
		}
	}
	return all
}

// alone returns the key of the row in which a value stands by itself; "?" if it does not.
func (m *model) alone(id, code string) string {
	a, n := m.s.attribute(id)
	row := m.r.rows[n][m.r.group[n][a.index[code]]]
	if len(row.members) == 1 {
		return key(row.atom)
	}
	return "?"
}

// codeOf returns the code of what an atom of an attribute is about: the text behind "=".
func codeOf(atom string) string {
	_, code, _ := strings.Cut(atom, "=")
	return code
}
