package mailbox

import (
	"errors"
	"os"
	"strings"
	"testing"

	"amana/internal/wordlist"
)

func seeds(f *testing.F, want int) {
	f.Helper()
	found, err := os.ReadDir("testdata/fuzz/" + f.Name())
	if err != nil || len(found) < want {
		f.Fatalf("%d seeds, want at least %d (%v)", len(found), want, err)
	}
}

// Whatever is typed is a code, the words of which are read as the same one in every
// language, or none.
func FuzzParseCode(f *testing.F) {
	seeds(f, 8)
	f.Fuzz(func(t *testing.T, typed string) {
		c, err := ParseCode(typed)
		if err != nil {
			if err != ErrMistyped || c != (Code{}) {
				t.Fatal("an error that says more, or a code beside it")
			}
			return
		}
		for _, lang := range wordlist.Languages() {
			if again, err := ParseCode(strings.Join(c.Words(lang), " ")); err != nil || again != c {
				t.Fatalf("read again from the words in %s: %v", lang, err)
			}
		}
	})
}

// Whatever is sealed, or only looks like it, is a reply that can be sealed again, or
// none.
func FuzzOpen(f *testing.F) {
	seeds(f, 8)
	f.Fuzz(func(t *testing.T, data []byte, sealed bool) {
		if !sealed {
			if len(data) > plainSize {
				return
			}
			data = sealRaw(padded(string(data)))
		}
		r, err := testThread.Open(data)
		if err != nil {
			if !errors.Is(err, ErrReply) || r != (Reply{}) {
				t.Fatalf("%v", err)
			}
			return
		}
		again, err := Seal(r, recipient())
		if err != nil {
			t.Fatal(err)
		}
		if back, err := testThread.Open(again); err != nil || back != r {
			t.Fatalf("sealed again it is another (%v)", err)
		}
	})
}
