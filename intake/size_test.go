package intake

import (
	"io"
	"strings"
	"testing"
)

// TestHeadSize: the pages are measured without what stands in front of them, which
// therefore has a bound of its own.
func TestHeadSize(t *testing.T) {
	r := start(t, nil)
	for _, path := range []string{"/", "/en/safety", "/ar/testimony", "/ar/code", "/style.css", "/roster.txt", "/ar/nothing"} {
		c := r.dial()
		if _, err := io.WriteString(c, get(path)); err != nil {
			t.Fatal(err)
		}
		all, _ := io.ReadAll(c) // the end of the connection may be a reset
		head, _, ok := strings.Cut(string(all), "\r\n\r\n")
		if !ok || len(head) < 100 || len(head)+4 > 1000 {
			t.Errorf("%s: the head has %d bytes", path, len(head))
		}
		t.Logf("%s: %d bytes, %d of them head", path, len(all), len(head))
	}
}
