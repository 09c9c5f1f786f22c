package wordlist

import (
	"slices"
	"strings"
	"unicode"
)

const (
	// longestTyped bounds what Read looks at, in bytes: a code of Arabic words with
	// every vowel sign and a number before each is below it.
	longestTyped = 512

	// maxReadings bounds how many ways of putting spaces Read tries. A code without
	// any has two or three.
	maxReadings = 100
)

// Spell returns the words at the given places of the list, from 0 and below 2,048, in
// a language, or in English if it has no list.
func Spell(lang string, places []int) []string {
	from := words(lang)
	spelled := make([]string, len(places))
	for i, place := range places {
		spelled[i] = from[place%size]
	}
	return spelled
}

// Read returns the places in their list of n words that a person typed, all of one
// language. It forgives what [Matches] forgives.
//
// ok says whether the places can be meant, by a checksum. Where what is typed is n
// words as it stands, ok decides. Otherwise spaces are missing, or stand inside of
// words: then all ways of putting them are tried, and ok must be true of exactly one.
func Read(typed string, n int, ok func(places []int) bool) ([]int, bool) {
	if len(typed) > longestTyped || n <= 0 {
		return nil, false
	}
	parts := separated(typed)
	plain := strings.Join(parts, "")
	var found []int
	for _, lang := range Languages() {
		l := lists()[lang]
		if places, are := l.placesOf(parts); are && len(places) == n {
			return places, ok(places)
		}
		for _, places := range l.readings(plain, n) {
			if !ok(places) {
				continue
			}
			if found != nil {
				return nil, false
			}
			found = places
		}
	}
	return found, found != nil
}

// separated returns the words of a text as their writer separated them, each in its
// plainest form. Marks, tatweel and what cannot be seen separate nothing.
func separated(text string) []string {
	plain := fold(text, func(r rune) bool { return !unicode.In(r, unicode.M, unicode.Cf) })
	return strings.FieldsFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) })
}

// placesOf returns the places of folded words, if all are on the list.
func (l list) placesOf(words []string) ([]int, bool) {
	places := make([]int, len(words))
	for i, word := range words {
		place, ok := l.folded[word]
		if !ok {
			return nil, false
		}
		places[i] = place
	}
	return places, true
}

// readings returns every way in which folded letters are n words of the list; none if
// there are more than maxReadings.
func (l list) readings(plain string, n int) [][]int {
	if len(plain) > n*longestWord {
		return nil
	}
	// A reading is followed only where it comes to the end, so that no text makes
	// much work: rest[k] holds the places in it from where k words lead there.
	rest := make([]map[int]bool, n+1)
	rest[0] = map[int]bool{len(plain): true}
	for k := 1; k <= n; k++ {
		rest[k] = map[int]bool{}
		for to := range rest[k-1] {
			for from := max(0, to-longestWord); from < to; from++ {
				if _, ok := l.folded[plain[from:to]]; ok {
					rest[k][from] = true
				}
			}
		}
	}
	var all [][]int
	places := make([]int, 0, n)
	var read func(from int)
	read = func(from int) {
		left := n - len(places)
		if left == 0 {
			all = append(all, slices.Clone(places))
			return
		}
		for to := from + 1; to <= min(len(plain), from+longestWord) && len(all) <= maxReadings; to++ {
			if place, ok := l.folded[plain[from:to]]; ok && rest[left-1][to] {
				places = append(places, place)
				read(to)
				places = places[:len(places)-1]
			}
		}
	}
	if rest[n][0] {
		read(0)
	}
	if len(all) > maxReadings {
		return nil
	}
	return all
}
