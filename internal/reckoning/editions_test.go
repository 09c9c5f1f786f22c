package reckoning

import (
	"testing"

	"amana/internal/consent"
	"amana/internal/synthetic"
	"amana/internal/tables"
)

// Two editions of the tables show no small difference: whoever lays them side by side
// learns nothing of the few cases that came between them.
func TestEditionsShowNoSmallDifference(t *testing.T) {
	all := synthetic.Make(400, 440, synthetic.Options{Names: 1})
	set := func(n int) *tables.Set { return counted(t, all[:n], nil, consent.Numbers) }
	first := set(400).Protect(tables.Options{Day: "2026-11-01"})
	second := set(440).Protect(tables.Options{Day: "2026-11-27", Earlier: []*tables.Edition{first.Edition}})
	if second.Repeated {
		t.Log("the first edition was printed once more: it shows no difference at all")
	}
	before, truth := shown(first.Tables), count(t, persons(all, nil, consent.Numbers))
	both, grown := 0, 0
	for k, n := range shown(second.Tables) {
		if n > truth[k.table][[2]string{k.row, k.column}] && plain(k) {
			t.Errorf("%v is printed as %d, which is more than there are", k, n)
		}
		old, was := before[k]
		if !was {
			continue
		}
		both++
		switch d := n - old; {
		case !plain(k):
		case d < 0 || d > 0 && d < tables.Least:
			t.Errorf("%v was %d, and is %d", k, old, n)
		case d > 0:
			grown++
		}
	}
	if both < 100 {
		t.Errorf("only %d counts are printed in both", both)
	}
	// Without the first edition the second must show such differences, or it proves nothing.
	small := 0
	for k, n := range shown(set(440).Protect(tables.Options{Day: "2026-11-27"}).Tables) {
		if old, was := before[k]; was && n-old > 0 && n-old < tables.Least {
			small++
		}
	}
	if small == 0 {
		t.Error("the two have no small difference to hide")
	}
	t.Logf("%d counts in both, %d grown; %d small differences were hidden", both, grown, small)
}

// shown returns the numbers that are printed.
func shown(all []*tables.Table) map[key]int {
	numbers := make(map[key]int)
	for _, table := range all {
		if table.ID == "durations" {
			continue
		}
		for r, row := range table.Rows {
			for c, column := range table.Columns {
				if cell := table.Cells[r][c]; cell.Shown() {
					numbers[key{table.ID, row.Code, column.Code}] = cell.Value
				}
			}
		}
	}
	return numbers
}
