package wordlist

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// The Arabic words are written from dictation over bad lines, by people who may be
// old, frightened or no great spellers.
func TestArabicWordsAreEasyToWrite(t *testing.T) {
	const allowed = "اأإآبةتثجحخدذرزسشصضطظعغفقكلمنهوىي" // no hamza alone, on و or on ي
	for _, word := range arabic(t) {
		if n := utf8.RuneCountInString(word); n < 3 || n > 7 {
			t.Errorf("%q has %d letters", word, n)
		}
		if rest := strings.Trim(word, allowed); rest != "" {
			t.Errorf("%q has something else than plain letters: %q", word, rest)
		}
		if strings.HasPrefix(word, "ال") {
			t.Errorf("%q looks as if it had an article", word)
		}
		if n := utf8.RuneCountInString(letters(word)); n != utf8.RuneCountInString(word) {
			t.Errorf("%q loses letters when it is folded", word)
		}
	}
}

// One wrong, missing or additional letter never makes another word of the list.
func TestArabicWordsAreFarApart(t *testing.T) {
	blanked := map[string]string{} // by the word with one letter blanked
	for _, word := range arabic(t) {
		runes := []rune(letters(word))
		for i := range runes {
			before, after := string(runes[:i]), string(runes[i+1:])
			if other, ok := blanked[before+"?"+after]; ok {
				t.Errorf("%q and %q differ in one letter", other, word)
			}
			blanked[before+"?"+after] = word
			if at, ok := index("ar", before+after); ok {
				t.Errorf("%q is word %d with a letter more", word, at+1)
			}
		}
	}
}

// Syrian speech and bad lines make some letters one; no two words become one by it.
func TestArabicWordsSoundDifferent(t *testing.T) {
	for _, tha := range []string{"ت", "س"} { // ث is said as either
		heard := strings.NewReplacer("ث", tha, "ط", "ت", "ص", "س", "ض", "د", "ذ", "د", "ظ", "د", "ز", "د",
			"ك", "ق", "خ", "ح", "ه", "ح", "ع", "ا", "م", "ب", "ن", "ب")
		seen := map[string]string{}
		for _, word := range arabic(t) {
			sound := heard.Replace(letters(word))
			if other, ok := seen[sound]; ok {
				t.Errorf("%q sounds as %q does", word, other)
			}
			seen[sound] = word
		}
	}
}

// A word does not stand there together with its regular plural. Its feminine is one
// letter away and falls to the test above.
func TestArabicWordsAreSingular(t *testing.T) {
	for _, word := range arabic(t) {
		plural := strings.TrimSuffix(letters(word), "ه") + "ات"
		if _, ok := index("ar", plural); ok {
			t.Errorf("%q stands there with its plural %q", word, plural)
		}
	}
}

func TestArabicWordsHurtNobody(t *testing.T) {
	text, err := os.ReadFile("testdata/kept-out.ar.txt")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for word := range strings.FieldsSeq(line) {
			read++
			if i, ok := index("ar", word); ok {
				t.Errorf("%q is on the list, as word %d", word, i+1)
			}
		}
	}
	if read < 300 {
		t.Errorf("only %d words that must be kept out were read", read)
	}
}

func arabic(t *testing.T) []string {
	t.Helper()
	words := lists()["ar"].words
	if len(words) != size || slices.Contains(words, "") {
		t.Fatalf("the Arabic list has %d words", len(words))
	}
	return words
}
