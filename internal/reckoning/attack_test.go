package reckoning

import (
	"fmt"
	"testing"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/questionnaire"
	"amana/internal/synthetic"
	"amana/internal/tables"
)

// What is printed for others is true, holds no small count, and does not let one be
// worked out by adding and taking away, not even by somebody who knows which of what is
// hidden is small. It is another attacker than the one of package tables: it knows
// nothing of how that hides, and narrows what each cell can be until nothing moves.
func TestPrintedTablesHoldAgainstSums(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			all := synthetic.Make(seed+200, 220, synthetic.Options{Names: 1})
			truth := count(t, persons(all, nil, consent.Numbers))
			published := counted(t, all, map[string][]cases.Value{}, consent.Numbers).Protect(tables.Options{Day: "2026-11-27"})
			a := newAttack(published.Tables, truth)
			a.true(t)
			hidden := 0
			for k, b := range a.bounds {
				if n := truth[k.table][[2]string{k.row, k.column}]; n >= 1 && n < tables.Least && plain(k) {
					hidden++
					if b[1]-b[0] < 2 {
						t.Errorf("%v is from %d to %d", k, b[0], b[1])
					}
				}
			}
			if hidden < 20 {
				t.Errorf("only %d small counts are hidden", hidden)
			}
			// The attacker must be able to win: with one more number there is more to know.
			a = newAttack(published.Tables, truth)
			if !a.betrays() {
				t.Error("the attacker wins nothing even where a table shows all but one cell of a row")
			}
		})
	}
}

type key struct{ table, row, column string }

// plain tells whether a cell is one that the page defines, and not several that stand
// together: the rest, and times.
func plain(k key) bool {
	if k.row == tables.CodeRest || k.column == tables.CodeRest {
		return false
	}
	times := k.table == "surrender_month" || k.table == "arrest_month" || k.table == "heat"
	return !times || k.row == tables.CodeAll
}

// sum says that some cells add up to another.
type sum struct {
	parts []key
	total key
}

// attack is what somebody knows of the cells of all tables.
type attack struct {
	tables []*tables.Table
	truth  map[string]counts
	bounds map[key][2]int
	sums   []sum
}

const most = 1 << 20

func newAttack(printed []*tables.Table, truth map[string]counts) *attack {
	a := &attack{tables: printed, truth: truth, bounds: make(map[key][2]int)}
	for _, table := range printed {
		if table.ID == "durations" {
			continue // words, not counts
		}
		a.table(table)
	}
	for _, same := range a.same() {
		_, one := a.bounds[same[0]]
		_, other := a.bounds[same[1]]
		if one && other {
			a.sums = append(a.sums, sum{[]key{same[0]}, same[1]})
		}
	}
	a.narrow()
	return a
}

// table takes the cells of a table, and which of them add up.
func (a *attack) table(table *tables.Table) {
	for r, row := range table.Rows {
		var across []key
		for c, column := range table.Columns {
			k, cell := key{table.ID, row.Code, column.Code}, table.Cells[r][c]
			switch n := a.truth[table.ID][[2]string{row.Code, column.Code}]; {
			case cell.Shown():
				a.bounds[k] = [2]int{cell.Value, cell.Value}
			case !plain(k):
				a.bounds[k] = [2]int{0, most}
			case n < tables.Least:
				a.bounds[k] = [2]int{0, tables.Least - 1}
			default:
				a.bounds[k] = [2]int{tables.Least, most}
			}
			across = append(across, k)
		}
		if table.TotalColumn && len(across) > 1 {
			a.sums = append(a.sums, sum{across[:len(across)-1], across[len(across)-1]})
		}
	}
	if table.TotalRow && !table.RowsOverlap {
		for _, column := range table.Columns {
			var down []key
			for _, row := range table.Rows {
				down = append(down, key{table.ID, row.Code, column.Code})
			}
			a.sums = append(a.sums, sum{down[:len(down)-1], down[len(down)-1]})
		}
	}
}

// same are counts that two tables print.
func (a *attack) same() (all [][2]key) {
	for _, table := range a.tables {
		if _, outcomes := a.bounds[key{table.ID, "all", "died"}]; !outcomes {
			continue
		}
		for _, column := range []string{"died", "released", "missing", "held", "none", "all"} {
			all = append(all, [2]key{{table.ID, "all", column}, {"deadline", "all", column}})
		}
	}
	for _, row := range []string{"died", "released"} {
		all = append(all, [2]key{{"flow", row, "cases"}, {"deadline", "all", row}})
	}
	for _, table := range []string{"fate", "sources", "transfer", "surrender_month", "arrest_month"} {
		all = append(all, [2]key{{table, "all", "cases"}, {"flow", "cases", "cases"}})
	}
	for _, gov := range codesOf("governorate") {
		all = append(all, [2]key{{"heat", "all", gov}, {"governorate", gov, "all"}})
	}
	return all
}

// narrow works out of each sum what each of its cells can be, until nothing changes.
func (a *attack) narrow() {
	for changed := true; changed; {
		changed = false
		set := func(k key, lo, hi int) {
			b := a.bounds[k]
			if lo > b[0] || hi < b[1] {
				a.bounds[k], changed = [2]int{max(lo, b[0]), min(hi, b[1])}, true
			}
		}
		for _, s := range a.sums {
			lo, hi := 0, 0
			for _, k := range s.parts {
				lo, hi = lo+a.bounds[k][0], hi+a.bounds[k][1]
			}
			set(s.total, lo, hi)
			total := a.bounds[s.total]
			for _, k := range s.parts {
				b := a.bounds[k]
				set(k, total[0]-(hi-b[1]), total[1]-(lo-b[0]))
			}
		}
	}
}

// true fails unless every number that is printed is the one that was counted again, and
// none is small but what is 0 by what it means.
func (a *attack) true(t *testing.T) {
	t.Helper()
	shown := 0
	for _, table := range a.tables {
		if table.ID == "durations" {
			continue
		}
		for r, row := range table.Rows {
			for c, column := range table.Columns {
				cell, n := table.Cells[r][c], a.truth[table.ID][[2]string{row.Code, column.Code}]
				if !cell.Shown() {
					continue
				}
				shown++
				if cell.Value != n && plain(key{table.ID, row.Code, column.Code}) {
					t.Errorf("%s: row %s column %s is printed as %d, and is %d", table.ID, row.Code, column.Code, cell.Value, n)
				}
				if cell.Value > 0 && cell.Value < tables.Least {
					t.Errorf("%s: row %s column %s is printed as %d", table.ID, row.Code, column.Code, cell.Value)
				}
			}
		}
	}
	if shown < 100 {
		t.Errorf("only %d cells are printed", shown)
	}
}

// betrays shows the attacker all cells of a row but one that is small, and tells
// whether that one is then known.
func (a *attack) betrays() bool {
	for _, s := range a.sums {
		var last key
		small := 0
		for _, k := range s.parts {
			if n := a.truth[k.table][[2]string{k.row, k.column}]; n > 0 && n < tables.Least && a.bounds[k][0] != a.bounds[k][1] {
				last = k
				small++
			}
		}
		if small == 0 || len(s.parts) < 3 {
			continue
		}
		for _, k := range append(s.parts, s.total) {
			if k != last {
				n := a.truth[k.table][[2]string{k.row, k.column}]
				a.bounds[k] = [2]int{n, n}
			}
		}
		a.narrow()
		return a.bounds[last][0] == a.bounds[last][1]
	}
	return false
}

// codesOf returns the codes of a list of the questionnaire.
func codesOf(list string) (all []string) {
	for _, e := range questionnaire.Builtin().Lists[list].Entries {
		all = append(all, e.Code)
	}
	return all
}
