package pages_test

import (
	"strings"
	"testing"
)

// headers is more than the intake sends in front of a page, in bytes; a test there
// holds it to that.
const headers = 1000

// TestSize: over Tor on a bad line every kilobyte is a wait. A page may have 14,000
// bytes on the wire, whatever the organisation says, and the form 60,000 with all
// that can be chosen, also when it comes back.
func TestSize(t *testing.T) {
	for _, pg := range shippedPages(t) {
		most := 14_000 - headers
		if pg.name == "form" || strings.HasPrefix(pg.name, "form-") {
			most = 60_000 - headers
		}
		if pg.name == "form-invalid" {
			continue // holds what a source typed into every field
		}
		if len(pg.data) > most {
			t.Errorf("%s %s has %d bytes", pg.lang, pg.name, len(pg.data))
		}
	}
	if size := len(mustNew(t).Style()); size > 14_000-headers {
		t.Errorf("the style sheet has %d bytes", size)
	}
}
