package operator

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"amana/internal/daylog"
	"amana/vault/revive"
)

// A disk that fails at each upload is told once a day, and not each time somebody came;
// what was lost is told whenever it is found.
func TestDiskIsToldOnceADay(t *testing.T) {
	var out bytes.Buffer
	j := newJournal(&out, daylog.Text)
	lines := func() string {
		defer out.Reset()
		return out.String()
	}
	for i := range 3 {
		j.disk(fmt.Errorf("write %d: input/output error", i))
		j.well(nil)
		said := lines()
		if want := map[bool]int{true: 2}[i == 0]; strings.Count(said, "\n") != want {
			t.Errorf("failure %d: %q, want %d lines", i, said, want)
		}
		if i == 0 && (!strings.Contains(said, "sources are turned away: write 0") || !strings.Contains(said, "well again")) {
			t.Errorf("the first: %q", said)
		}
	}
	j.disk(fmt.Errorf("opened anew: %w", revive.ErrLost))
	if said := lines(); !strings.Contains(said, revive.ErrLost.Error()) {
		t.Errorf("a loss: %q", said)
	}
}
