package reviewer

import (
	"testing"

	people "amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/facts"
	"amana/internal/selection"
	"amana/internal/tables"
)

// Whoever has the report takes the cases that it tells away from the numbers beside it:
// no small number of those who allowed numbers only may be left.
func TestNumbersLessThoseTold(t *testing.T) {
	_, w := inventedWorkspace(t, 120)
	all, err := people.Load(w)
	if err != nil {
		t.Fatal(err)
	}
	sel, err := selection.Make(t.Context(), w, all, consent.Report, selection.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pages := tables.New()
	for _, c := range sel.Cases {
		f, err := facts.Of(sel, c)
		if err != nil {
			t.Fatal(err)
		}
		pages.Add(f)
	}
	type at struct{ table, row, column string }
	told := make(map[at]int)
	for _, x := range pages.Working() {
		for r := range x.Rows {
			for c := range x.Columns {
				told[at{x.ID, x.Rows[r].Code, x.Columns[c].Code}] = x.Cells[r][c].Value
			}
		}
	}
	made, err := countCases(t.Context(), w, all, false)
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, x := range made.tables {
		if x.ID == "durations" {
			continue
		}
		for r := range x.Rows {
			for c := range x.Columns {
				cell, k := x.Cells[r][c], at{x.ID, x.Rows[r].Code, x.Columns[c].Code}
				if !cell.Shown() || k.row == tables.CodeRest || k.column == tables.CodeRest {
					continue
				}
				shown++
				if left := cell.Value - told[k]; left > 0 && left < tables.Least {
					t.Errorf("%v: %d less %d told", k, cell.Value, told[k])
				}
			}
		}
	}
	if shown < 100 {
		t.Errorf("only %d numbers are printed", shown)
	}
}
