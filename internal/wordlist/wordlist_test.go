package wordlist

import (
	"slices"
	"strings"
	"testing"
)

// What every list must be, whatever its language.
func TestListsAreWhole(t *testing.T) {
	langs := Languages()
	if !slices.Contains(langs, "en") || !slices.IsSorted(langs) {
		t.Errorf("the languages are %q", langs)
	}
	for _, lang := range langs {
		words := Words(lang)
		if len(words) != size {
			t.Errorf("%s has %d words, want %d", lang, len(words), size)
		}
		if !slices.IsSorted(words) {
			t.Errorf("%s is not in the order of its letters", lang)
		}
		text, err := files.ReadFile(lang + ".txt")
		if err != nil || string(text) != strings.Join(words, "\n")+"\n" {
			t.Errorf("%s.txt is not one word a line, or has something else in it (%v)", lang, err)
		}
		seen := map[string]string{}
		for i, word := range words {
			if other, ok := seen[letters(word)]; ok || letters(word) == "" {
				t.Errorf("%s: %q is folded as %q is", lang, word, other)
			}
			seen[letters(word)] = word
			if at, ok := Index(lang, word); !ok || at != i {
				t.Errorf("Index(%s, %q) = %d, %v, want %d", lang, word, at, ok, i)
			}
		}
	}
	if Words("xx") != nil {
		t.Error("there are words of a language without a list")
	}
}

// A list in the hands of one caller is not the list of the others.
func TestWordsAreTheCallersOwn(t *testing.T) {
	Words("en")[0] = "changed"
	if got := Words("en")[0]; got != "abandon" {
		t.Errorf("the first English word became %q", got)
	}
}
