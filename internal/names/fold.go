// Package names compares names of people as they are written in Arabic and in Latin
// letters, by people who spell as they hear, and finds those that may be one person's.
//
// It is pure computation over what it is given: it keeps nothing, writes nothing, and
// no error of it holds a name. It decides nothing either: a person does.
package names

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Change is something in which two spellings differ and that means nothing.
type Change uint16

// The changes.
const (
	Marks    Change = 1 << iota // vowel signs, accents, tatweel
	Hamza                       // أ إ آ ٱ ؤ ئ ء
	Haa                         // ة and ه
	Yaa                         // ى and ي
	Article                     // ال, al-, el-, ash-
	Compound                    // عبد ال…, … الدين, أبو, joined or not
	Son                         // بن, ابن
	Digits                      // ٠١٢
	Foreign                     // ک گ ی of other keyboards
)

// token is one part of a name, folded.
type token struct {
	text   string // its letters: what spelling should not change
	latin  bool
	change Change // what was done to come to text
}

// before are letters of the Latin script whose mark changes the sound.
var before = strings.NewReplacer("ş", "sh", "š", "sh", "ç", "ch", "č", "ch", "ḫ", "kh", "ġ", "gh", "ğ", "gh", "ḏ", "dh", "ṯ", "th",
	"ž", "j", "ß", "ss", "ı", "i", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l")

// same are letters that are written for one another.
var same = map[rune]struct {
	to     rune
	change Change
}{
	'ٱ': {'ا', Hamza}, 'ى': {'ي', Yaa}, 'ة': {'ه', Haa}, 'ۃ': {'ه', Haa}, 'ە': {'ه', Foreign}, 'ہ': {'ه', Foreign}, 'ھ': {'ه', Foreign},
	'ی': {'ي', Foreign}, 'ک': {'ك', Foreign}, 'گ': {'ك', Foreign}, 'پ': {'ب', Foreign}, 'چ': {'ج', Foreign}, 'ڤ': {'ف', Foreign}, 'ژ': {'ج', Foreign},
}

// fold returns the letters of a word in their plainest form, and what was changed.
func fold(word string) (string, Change) {
	var out strings.Builder
	var change Change
	for _, r := range norm.NFKD.String(before.Replace(strings.ToLower(word))) {
		switch {
		case r >= 0x653 && r <= 0x655 || r == 'ء': // hamza above and below, madda: NFKD parts them from their letter
			change |= Hamza
		case unicode.Is(unicode.Mn, r) || r == 'ـ':
			change |= Marks
		case unicode.Is(unicode.Cf, r) || strings.ContainsRune("'’‘ʼʿʾ`´", r):
		case r >= '٠' && r <= '٩':
			out.WriteRune(r - '٠' + '0')
			change |= Digits
		case r >= '۰' && r <= '۹':
			out.WriteRune(r - '۰' + '0')
			change |= Digits
		default:
			if s, ok := same[r]; ok {
				r = s.to
				change |= s.change
			}
			out.WriteRune(r)
		}
	}
	return out.String(), change
}

// mostParts is how many parts of a name are looked at, mostLetters how many letters of
// one: what is longer is no name.
const (
	mostParts   = 10
	mostLetters = 40
)

// split takes a name apart into its parts, folded.
func split(name string) []token {
	name = cut(name, 400)
	words := strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Cf, r) &&
			r != 'ـ' && !strings.ContainsRune("'’‘ʼʿʾ`´", r)
	})
	var parts []token
	for _, word := range words {
		text, change := fold(word)
		if text = cut(text, mostLetters); text != "" {
			parts = append(parts, token{text, !isArabic(text), change})
		}
	}
	parts = join(parts)
	return parts[:min(len(parts), mostParts)]
}

// cut returns the first letters of s, at most so many.
func cut(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}

func isArabic(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Arabic, r) })
}
