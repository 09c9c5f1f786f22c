package cli

import "testing"

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0 testimonies", 1: "1 testimony", 2: "2 testimonies"} {
		if got := Count(n, "testimony", "testimonies"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
