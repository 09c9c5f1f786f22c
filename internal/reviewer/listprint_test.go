package reviewer

import (
	"bytes"
	"strings"
	"testing"
)

// An id that several bundles brought otherwise is named once.
func TestRefusedIsNamedOnce(t *testing.T) {
	l := &listing{Failed: []listedFailed{
		{ID: "11", Reason: "damaged", Day: "2026-11-20", Detail: "one"},
		{ID: "11", Reason: "differs", Day: "2026-11-22", Detail: "two", Bundle: "a"},
		{ID: "11", Reason: "differs", Day: "2026-11-21", Detail: "two", Bundle: "b"},
		{ID: "22", Reason: "differs", Day: "2026-11-20", Detail: "three", Bundle: "a"},
	}}
	var out bytes.Buffer
	l.print(&out)
	for want, n := range map[string]int{
		"not opened:": 3,
		"testimony 11 (damaged, tried on 2026-11-20): one":                            1,
		"testimony 11 (differs, 2 different ones, the last tried on 2026-11-22): two": 1,
		"testimony 22 (differs, tried on 2026-11-20): three":                          1,
	} {
		if got := strings.Count(out.String(), want); got != n {
			t.Errorf("%q %d times in %s", want, got, out.String())
		}
	}
}
