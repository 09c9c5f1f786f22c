package padme

import "testing"

// A class is its own, never less than what is in it, and at most 12 % more.
func TestSize(t *testing.T) {
	last := int64(0)
	for n := range int64(300_000) {
		got := Size(n)
		if got < n || got < last || got > n+n*12/100 || Size(got) != got {
			t.Fatalf("Size(%d) = %d", n, got)
		}
		last = got
	}
}
