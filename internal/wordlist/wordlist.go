// Package wordlist turns bits into words that people can read aloud, dictate and
// type: fingerprints of keys and rosters, passphrases, and sources' codes.
//
// The lists are files of this folder, one for each language, of 2,048 words: a
// word says 11 bits. README.md says where they come from. The place of a word in
// its list is part of every format that uses it, so a list is never changed.
//
// The package may touch nothing but its lists and the system's random numbers.
package wordlist

import (
	"embed"
	"maps"
	"slices"
	"strings"
	"sync"
)

const (
	size = 2048 // words in a list
	bits = 11   // what one word says
)

//go:embed *.txt
var files embed.FS

// list is the words of one language.
type list struct {
	words  []string
	folded map[string]int // the place of each, by its letters
}

// lists are all lists by language, read when the first is needed. The tests show
// that every one is whole.
var lists = sync.OnceValue(func() map[string]list {
	found := map[string]list{}
	entries, _ := files.ReadDir(".") // what is embedded can be read
	for _, entry := range entries {
		text, _ := files.ReadFile(entry.Name())
		l := list{words: strings.Fields(string(text)), folded: map[string]int{}}
		for i, word := range l.words {
			l.folded[letters(word)] = i
		}
		found[strings.TrimSuffix(entry.Name(), ".txt")] = l
	}
	return found
})

// Languages returns the languages that have a list, as "ar", "en", in order.
func Languages() []string {
	return slices.Sorted(maps.Keys(lists()))
}

// words returns the list of a language, the English one if it has none.
func words(lang string) []string {
	if l, ok := lists()[lang]; ok {
		return l.words
	}
	return lists()["en"].words
}
