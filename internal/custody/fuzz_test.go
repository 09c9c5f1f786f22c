package custody

import (
	"errors"
	"os"
	"testing"
)

// Whatever the bytes, ParseLink returns a link that is spelled as they are, or an error
// that says what it is about; and so does ParseHead.
func FuzzParseLink(f *testing.F) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzParseLink"); err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds (%v)", err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if h, err := ParseHead(string(data)); err == nil {
			if again, err := ParseHead(h.String()); err != nil || again != h {
				t.Fatalf("head %v: %v %v", h, again, err)
			}
		}
		l, err := ParseLink(data)
		if err != nil {
			if !errors.Is(err, ErrBroken) {
				t.Fatalf("an error without a reason: %v", err)
			}
			return
		}
		if string(l.record()) != string(data) {
			t.Fatal("it is spelled in another way")
		}
		if len(l.Subjects) > MaxSubjects {
			t.Fatalf("%d subjects", len(l.Subjects))
		}
	})
}
