package wordlist

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
)

// What every list must be, whatever its language.
func TestListsAreWhole(t *testing.T) {
	langs := Languages()
	if !slices.Equal(langs, []string{"ar", "en"}) {
		t.Errorf("the languages are %q", langs)
	}
	for _, lang := range langs {
		words := lists()[lang].words
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
			if at, ok := index(lang, word); !ok || at != i {
				t.Errorf("index(%s, %q) = %d, %v, want %d", lang, word, at, ok, i)
			}
			if len(letters(word)) > longestWord {
				t.Errorf("%s: %q is longer than what is tried", lang, word)
			}
		}
	}
}

// Another list would give another fingerprint to every key. The sum of the English one
// is that of the file that BIP-39 publishes.
func TestListsStayAsTheyAre(t *testing.T) {
	for lang, want := range map[string]string{
		"ar": "338c5c817db765c220a53b05579eedd87cd0d718a5654d5abcc8952c5a7030e4",
		"en": "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda",
	} {
		text, err := files.ReadFile(lang + ".txt")
		if got := fmt.Sprintf("%x", sha256.Sum256(text)); err != nil || got != want {
			t.Errorf("%s.txt has the SHA-256 %s, want %s (%v)", lang, got, want, err)
		}
	}
}

// places are the words of every language by their letters.
var places = sync.OnceValue(func() map[string]map[string]int {
	all := map[string]map[string]int{}
	for lang, l := range lists() {
		all[lang] = map[string]int{}
		for i, word := range l.words {
			all[lang][letters(word)] = i
		}
	}
	return all
})

// index returns the place of a word, as it may be typed, in the list of a language.
func index(lang, typed string) (int, bool) {
	i, ok := places()[lang][letters(typed)]
	return i, ok
}

// A Turkish keyboard has an i without a dot, which people take for the other.
func TestTurkishLetters(t *testing.T) {
	for typed, want := range map[string]string{"fıre": "fire", "FIRE": "fire", "fİre": "fire", "ı": "i"} {
		if got := letters(typed); got != want {
			t.Errorf("letters(%q) = %q, want %q", typed, got, want)
		}
	}
}
