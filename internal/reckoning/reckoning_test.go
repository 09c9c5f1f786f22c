// Package reckoning counts again. It works out every table of docs/tables.md from
// synthetic cases by that page alone, in the plainest way, and holds the programs'
// tables to it, cell by cell. Of the packages that count it takes the finished tables
// and nothing else.
package reckoning

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/facts"
	"amana/internal/selection"
	"amana/internal/synthetic"
	"amana/internal/tables"
	"amana/internal/workspace"

	"filippo.io/age"
)

// Every cell of every table is what the page says, for several sets of people: as
// reviewers see them, and as others do; with what reviewers coded and without.
func TestTablesCellByCell(t *testing.T) {
	for seed := range uint64(3) {
		for _, coded := range []bool{false, true} {
			for _, use := range []consent.Use{consent.Own, consent.Numbers} {
				t.Run(fmt.Sprintf("seed %d coded %v for %s", seed, coded, use), func(t *testing.T) {
					all := synthetic.Make(seed+100, 300, synthetic.Options{Names: 1, Probes: 3})
					coding := make(map[string][]cases.Value) // by case
					if coded {
						coding = codings(seed, all)
					}
					got := counted(t, all, coding, use).Working()
					compare(t, got, count(t, persons(all, coding, use)))
				})
			}
		}
	}
}

// caseID names a case of the generator.
func caseID(i int) string { return fmt.Sprintf("C-%010x", i) }

// counted has the programs count.
func counted(t *testing.T, all []*synthetic.Case, coding map[string][]cases.Value, use consent.Use) *tables.Set {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Create(filepath.Join(t.TempDir(), "work"), []*age.HybridIdentity{id})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := synthetic.FillFast(t.Context(), w, all); err != nil {
		t.Fatal(err)
	}
	loaded, err := cases.Load(w)
	if err != nil {
		t.Fatal(err)
	}
	// Each thread is a case of its own; put together here as a reviewer would link them.
	byThread := make(map[string]*cases.Thread)
	for _, c := range loaded {
		for _, th := range c.Threads {
			byThread[th.ID] = th
		}
	}
	var linked []*cases.Case
	for i, c := range all {
		if c.Truth.Probe {
			continue
		}
		one := &cases.Case{ID: caseID(i), Values: coding[caseID(i)]}
		for _, th := range c.Threads {
			one.Threads = append(one.Threads, byThread[th.ID])
		}
		linked = append(linked, one)
	}
	sel, err := selection.Make(t.Context(), w, linked, use, selection.Options{})
	if err != nil {
		t.Fatal(err)
	}
	set := tables.New()
	for _, c := range sel.Cases {
		f, err := facts.Of(sel, c)
		if err != nil {
			t.Fatal(err)
		}
		set.Add(f)
	}
	return set
}

// compare fails for each cell that differs, and for each table that only one has.
func compare(t *testing.T, got []*tables.Table, want map[string]counts) {
	t.Helper()
	seen, cells := make(map[string]bool), 0
	for _, table := range got {
		seen[table.ID] = true
		mine, known := want[table.ID]
		if !known {
			t.Errorf("the page has no table %s", table.ID)
			continue
		}
		left, sum := maps.Clone(mine), 0
		for r, row := range table.Rows {
			for c, column := range table.Columns {
				at := [2]string{row.Code, column.Code}
				n := table.Cells[r][c].Value
				sum += n
				if table.Cells[r][c].State == tables.Suppressed {
					t.Errorf("%s: %v is suppressed in a working table", table.ID, at)
				}
				if n != mine[at] {
					t.Errorf("%s: row %s column %s is %d, and should be %d", table.ID, row.Code, column.Code, n, mine[at])
				}
				delete(left, at)
				cells++
			}
		}
		if sum == 0 {
			t.Errorf("%s counts nobody", table.ID)
		}
		for _, at := range slices.SortedFunc(maps.Keys(left), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }) {
			if left[at] != 0 {
				t.Errorf("%s: there is no row %s column %s, which should be %d", table.ID, at[0], at[1], left[at])
			}
		}
	}
	for id := range want {
		if !seen[id] {
			t.Errorf("no table %s", id)
		}
	}
	if contradicted := want["missing"]; contradicted[[2]string{"fate", "contradictory"}] == 0 || contradicted[[2]string{"surrender_date", "contradictory"}] == 0 {
		t.Error("no sources contradict each other")
	}
	if cells < 1_000 {
		t.Errorf("only %d cells were compared", cells)
	}
}
