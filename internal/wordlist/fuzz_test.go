package wordlist

import (
	"os"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const seeds = "testdata/fuzz/FuzzMatches"

func TestSeedsAreThere(t *testing.T) {
	found, err := os.ReadDir(seeds)
	if err != nil || len(found) < 6 {
		t.Fatalf("%s holds %d seeds, want at least 6 (%v)", seeds, len(found), err)
	}
}

// What is typed never matches two hashes whose fingerprints differ, whatever it is;
// what matches still does with signs, spaces and diacritics put between its letters.
func FuzzMatches(f *testing.F) {
	f.Fuzz(func(t *testing.T, typed string, first []byte) {
		var sum [32]byte
		copy(sum[:], first)
		for _, lang := range Languages() {
			if !Matches(Fingerprint(lang, sum), sum) {
				t.Errorf("the fingerprint in %s does not match its own hash", lang)
			}
		}
		plain := letters(typed)
		if again := letters(plain); again != plain {
			t.Errorf("%q is folded to %q and that to %q", typed, plain, again)
		}
		if !Matches(typed, sum) {
			return
		}
		if !Whole(typed) {
			t.Errorf("%q matches, and is not whole", typed)
		}
		other := sum
		other[0] ^= 1
		if Matches(typed, other) {
			t.Errorf("%q matches two hashes", typed)
		}
		var spread strings.Builder
		for _, r := range norm.NFKD.String(typed) {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				spread.WriteString("-" + string(unicode.ToUpper(r)) + "\u064E ")
			}
		}
		if spread.Len() <= longest && !Matches(spread.String(), sum) {
			t.Errorf("%q matches, but not as %q", typed, spread.String())
		}
	})
}
