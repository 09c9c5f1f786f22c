package tables

import (
	"fmt"
	"strings"
	"testing"
)

// small systems of counts: each cell, and the sums that are printed of them.
func choiceGuard(cells []int, sums [][]int) *guard {
	m := &model{counts: make(map[string]int)}
	for i, n := range cells {
		m.counts[fmt.Sprintf("cell=%d&x=1", i)] = n
	}
	for i, sum := range sums {
		total := fmt.Sprintf("sum=%d", i)
		var keys []string
		n := 0
		for _, c := range sum {
			keys = append(keys, fmt.Sprintf("cell=%d&x=1", c))
			n += cells[c]
		}
		m.counts[total] = n
		m.say(false, []string{total}, keys)
	}
	return newGuard(m, Least)
}

// every calls do with each way to spread n over cells.
func every(n int, cells []int, at int, do func()) {
	if at == len(cells)-1 {
		cells[at] = n
		do()
		return
	}
	for cells[at] = 0; cells[at] <= n; cells[at]++ {
		kept := cells[at]
		every(n-kept, cells, at+1, do)
		cells[at] = kept
	}
}

// One who knows how it is chosen what to hide, and tries every truth there can be, finds
// no small count: of each at least two values give the same print.
func TestTheChoiceOfWhatIsHiddenBetraysNothing(t *testing.T) {
	row := [][]int{{0, 1, 2, 3}}
	square := [][]int{{0, 1, 2}, {3, 4, 5}, {0, 3}, {1, 4}, {2, 5}, {0, 1, 2, 3, 4, 5}}
	for _, c := range []struct {
		cells, most int
		sums        [][]int
	}{{4, 16, row}, {6, 9, square}} {
		possible := make(map[string][]map[int]bool) // by print: the values of each cell
		hidden := 0
		for n := 5; n <= c.most; n++ {
			cells := make([]int, c.cells)
			every(n, cells, 0, func() {
				g := choiceGuard(cells, c.sums)
				g.begin()
				if err := g.protect(); err != nil {
					t.Fatal(err)
				}
				var print strings.Builder
				for _, one := range g.counts {
					if one.fate == shownAs {
						fmt.Fprintf(&print, "%s=%d ", one.key, one.value)
					}
				}
				values := possible[print.String()]
				if values == nil {
					values = make([]map[int]bool, c.cells)
				}
				for i, v := range cells {
					if values[i] == nil {
						values[i] = make(map[int]bool)
					}
					values[i][v] = true
				}
				possible[print.String()] = values
			})
		}
		for print, values := range possible {
			for i, all := range values {
				if strings.Contains(print, fmt.Sprintf("cell=%d&", i)) {
					continue
				}
				hidden++
				for v := range all {
					if v > 0 && v < Least && len(all) < 2 {
						t.Errorf("%d cells: who sees %q knows that cell %d is %d", c.cells, print, i, v)
					}
				}
			}
		}
		if hidden < 10 {
			t.Errorf("%d cells: only %d are ever hidden", c.cells, hidden)
		}
	}
}
