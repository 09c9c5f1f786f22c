package pages_test

import (
	"strings"
	"testing"
)

// TestSize: over Tor on a bad line every kilobyte is a wait. Headers take less
// than 1,000 bytes besides.
func TestSize(t *testing.T) {
	for _, pg := range everyPage(t) {
		most := 13_000
		if pg.name == "form" || strings.HasPrefix(pg.name, "form-") {
			most = 60_000
		}
		if len(pg.data) > most {
			t.Errorf("%s %s has %d bytes", pg.lang, pg.name, len(pg.data))
		}
	}
	if size := len(mustNew(t).Style()); size > 13_000 {
		t.Errorf("the style sheet has %d bytes", size)
	}
}
