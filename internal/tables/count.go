package tables

import (
	"slices"
	"strings"
)

// sheet is a table with its counts and the key of each cell, before anything is
// suppressed.
type sheet struct {
	*define
	rows, columns []Label
	keys          [][]string
	counts        [][]int
}

// aliases are atoms that say the same as another, or nothing.
var aliases = map[string]string{"flow=cases": "", "flow=died": "outcome=died", "flow=released": "outcome=released"}

// key names a count by what its cases have in common: the same cases have the same key
// in every table. The key of all cases is "".
func key(atoms ...string) string {
	var all []string
	for _, a := range atoms {
		if alias, ok := aliases[a]; ok {
			a = alias
		}
		if a != "" {
			all = append(all, a)
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), "&")
}

// layout returns a table's rows, columns and keys under a recoding.
func (s *Set) layout(d *define, r *recoding) *sheet {
	a, n := s.attribute(d.rows)
	totalRow, totalColumn := d.totals()
	t := &sheet{define: d}
	type column struct {
		label Label
		atom  string
	}
	var columns []column
	switch {
	case d.classes:
		for _, l := range a.classLabels {
			columns = append(columns, column{l, l.Code})
		}
	case d.paired():
		for _, id := range d.columns {
			b, _ := s.attribute(id)
			columns = append(columns, column{Label{Code: id, Text: b.head}, id})
		}
	case len(d.columns) == 1:
		_, m := s.attribute(d.columns[0])
		for _, v := range r.rows[m] {
			columns = append(columns, column{v.Label, v.atom})
		}
	default:
		columns = []column{{casesLabel, ""}}
	}
	if totalColumn {
		columns = append(columns, column{allLabel, ""})
	}
	for _, c := range columns {
		t.columns = append(t.columns, c.label)
	}
	add := func(l Label, atom string) {
		t.rows = append(t.rows, l)
		var keys []string
		for i, c := range columns {
			switch {
			case d.paired() && atom != "":
				keys = append(keys, key(c.atom+"="+l.Code))
			case d.classes && i < len(a.classLabels):
				keys = append(keys, key(strings.Replace(atom, a.id+"=", a.classID+"=", 1)+"|"+c.atom))
			case d.paired():
				keys = append(keys, "")
			default:
				keys = append(keys, key(a.within, atom, c.atom))
			}
		}
		t.keys = append(t.keys, keys)
	}
	for _, v := range r.rows[n] {
		if !d.skips(v.Code) {
			add(v.Label, v.atom)
		}
	}
	if totalRow {
		add(allLabel, "")
	}
	return t
}

// count counts all tables under a recoding, and returns them with the counts by key.
func (s *Set) count(r *recoding) ([]*sheet, map[string]int) {
	var all []*sheet
	counts := make(map[string]int)
	for i := range s.defines {
		t := s.layout(&s.defines[i], r)
		s.fill(t, r)
		for row := range t.keys {
			for col, k := range t.keys[row] {
				counts[k] = t.counts[row][col]
			}
		}
		all = append(all, t)
	}
	return all, counts
}

// fill counts the cases of one table.
func (s *Set) fill(t *sheet, r *recoding) {
	a, n := s.attribute(t.define.rows)
	t.counts = make([][]int, len(t.rows))
	for i := range t.counts {
		t.counts[i] = make([]int, len(t.columns))
	}
	at := slices.Repeat([]int{-1}, len(r.rows[n])) // where a row of the attribute stands in the table
	line := 0
	for i, v := range r.rows[n] {
		if !t.skips(v.Code) {
			at[i] = line
			line++
		}
	}
	totalRow, totalColumn := t.totals()
	last := len(t.columns) - 1
	put := func(row, col int) {
		t.counts[row][col]++
		if totalColumn {
			t.counts[row][last]++
		}
	}
	within := s.within(a)
	var rows, cols []uint16
	var classes, others []uint8
	for i := range s.records {
		rec := &s.records[i]
		if !within(rec) {
			continue
		}
		rows, classes = r.values(rec, n, rows[:0], classes[:0])
		switch {
		case t.paired():
			for c, id := range t.define.columns {
				_, m := s.attribute(id)
				cols, others = r.values(rec, m, cols[:0], others[:0])
				t.counts[at[cols[0]]][c]++
				t.counts[len(t.rows)-1][c]++
			}
			continue
		case len(t.define.columns) == 1:
			_, m := s.attribute(t.define.columns[0])
			cols, others = r.values(rec, m, cols[:0], others[:0])
		default:
			cols = append(cols[:0], 0)
		}
		for j, row := range rows {
			if at[row] < 0 {
				continue
			}
			if t.classes {
				put(at[row], int(classes[j]))
			} else {
				put(at[row], int(cols[0]))
			}
		}
		if totalRow {
			put(len(t.rows)-1, int(cols[0]))
		}
	}
}

// within returns whether a case is one of those that an attribute is told of.
func (s *Set) within(a *attribute) func(*record) bool {
	if a.within == "" {
		return func(*record) bool { return true }
	}
	id, code, _ := strings.Cut(a.within, "=")
	b, n := s.attribute(id)
	v := uint16(b.index[code])
	return func(r *record) bool { return slices.Contains(r.v[r.at[n]:r.at[n+1]], v) }
}
