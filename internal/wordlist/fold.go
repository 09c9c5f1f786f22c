package wordlist

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// longest is the length in bytes of what is looked at: several times the longest
// fingerprint, with every diacritic.
const longest = 4096

// same are the letters that stand for another: those that people in a hurry write
// for each other, and those that Persian and Urdu keyboards have in their place.
// Hamza and madda on a letter are gone before, as diacritics are.
var same = map[rune]rune{
	'ٱ': 'ا', 'ى': 'ي', 'ة': 'ه',
	'ı': 'i', // Turkish keyboards
	'ی': 'ي', 'ے': 'ي', 'ک': 'ك', 'ہ': 'ه', 'ھ': 'ه', 'ە': 'ه',
	'ء': -1, 'ـ': -1, // left out
}

// letters returns the letters of a text in their plainest form, and nothing else:
// no case, no diacritics, no tatweel, no hamza, no spaces, signs or digits.
// It is empty for a text that is too long to be of our words.
func letters(text string) string {
	return fold(text, unicode.IsLetter)
}

// lettersAndDigits is letters with the digits left in.
func lettersAndDigits(text string) string {
	return fold(text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
}

func fold(text string, keep func(rune) bool) string {
	if len(text) > longest {
		return ""
	}
	// The decomposed form takes hamza and madda off their letters and ligatures apart.
	// After an invalid byte norm would leave a letter as it is.
	return strings.Map(func(r rune) rune {
		if !keep(r) {
			return -1
		}
		if other, ok := same[r]; ok {
			return other
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(strings.ToValidUTF8(text, "")))
}
