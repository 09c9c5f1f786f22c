package tables

import (
	"testing"
)

func TestSmoke(t *testing.T) {
	for _, n := range []int{200, 10000} {
		s := Count(someFacts(1, n))
		p := s.Protect(Options{})
		for _, x := range p.Tables {
			prim := 0
			for i := range x.Cells {
				for range x.Cells[i] {
					prim++
				}
			}
			t.Log(x.ID, x.SuppressedCells, prim)
		}
	}
}
