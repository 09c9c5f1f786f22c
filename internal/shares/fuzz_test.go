package shares

import (
	"errors"
	"os"
	"testing"
)

// Whatever the text, Parse returns a share that says the same again or an error
// that tells what it is about.
func FuzzParse(f *testing.F) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzParse"); err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds (%v)", err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse(text)
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrVersion) {
				t.Fatalf("an error without a reason: %v", err)
			}
			return
		}
		again, err := Parse([]byte(s.Code()))
		if err != nil || !equal(again, s) {
			t.Fatalf("read again: %v", err)
		}
		if again, err = typeAll(s.Lines()); err != nil || !equal(again, s) {
			t.Fatalf("typed again: %v", err)
		}
		if key, _, err := Join([]*Share{s, s}); err == nil || key != nil {
			t.Fatal("one share makes a key")
		}
	})
}

// What a person types, in whatever order, never panics.
func FuzzTyping(f *testing.F) {
	if seeds, err := os.ReadDir("testdata/fuzz/FuzzTyping"); err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds (%v)", err)
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		var typing Typing
		for _, line := range []string{a, b, c, a, b, c} {
			before := typing.Next()
			s, err := typing.Line(line)
			if s != nil && err != nil || err == nil && s == nil && typing.Next() != before+1 {
				t.Fatal("a line was neither taken nor refused")
			}
		}
	})
}
