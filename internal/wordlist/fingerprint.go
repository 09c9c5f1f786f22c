package wordlist

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

// inFingerprint is how many words a fingerprint has: 88 bits. Finding a second
// key with the fingerprint of a given one takes 2^88 trials.
const inFingerprint = 8

// longestWord is the most bytes that the letters of a word have: seven Arabic
// ones, or eight English ones.
const longestWord = 16

// Fingerprint returns the first 88 bits of a hash as 8 words of 11 bits, the most
// significant bits first, joined by one space. A language without a list gets
// English words.
func Fingerprint(lang string, sum [32]byte) string {
	places := make([]int, inFingerprint)
	for i := range places {
		at := i * bits
		three := int(sum[at/8])<<16 | int(sum[at/8+1])<<8 | int(sum[at/8+2])
		places[i] = three >> (24 - bits - at%8) % size
	}
	return strings.Join(Spell(lang, places), " ")
}

// Matches says whether what a person typed is the fingerprint of a hash, in any
// language, or its 64 hexadecimal digits. It forgives spaces, hyphens and other
// signs, also where they are missing, numbers between the words, upper case,
// diacritics, tatweel, hamza on or beside its letter, ه for ة and ي for ى.
// It forgives no wrong, missing or additional word or letter.
func Matches(typed string, sum [32]byte) bool {
	if lettersAndDigits(typed) == hex.EncodeToString(sum[:]) {
		return true
	}
	plain := letters(typed)
	for lang := range lists() {
		if plain == letters(Fingerprint(lang, sum)) {
			return true
		}
	}
	return false
}

// Whole says whether what a person typed can be the fingerprint of some hash, as
// forgiving as [Matches] is: eight words of one language, or 64 hexadecimal
// digits. What is not whole matches nothing, and is rather a slip of the one who
// typed it than another key.
func Whole(typed string) bool {
	if raw, err := hex.DecodeString(lettersAndDigits(typed)); err == nil && len(raw) == 32 {
		return true
	}
	plain := letters(typed)
	for _, l := range lists() {
		if l.spells(plain, inFingerprint) {
			return true
		}
	}
	return false
}

// spells says whether folded letters are exactly n words of the list. Nothing
// shows where a word ends, since spaces may be missing, so every end is tried.
func (l list) spells(plain string, n int) bool {
	ends := map[int]bool{0: true} // of the words so far
	for range n {
		next := map[int]bool{}
		for from := range ends {
			for to := from + 1; to <= min(len(plain), from+longestWord); to++ {
				if _, ok := l.folded[plain[from:to]]; ok {
					next[to] = true
				}
			}
		}
		ends = next
	}
	return ends[len(plain)]
}

// Passphrase returns n random words joined by "-": 11 bits of secret a word. A
// language without a list gets English words. None or fewer than none are "".
func Passphrase(lang string, n int) string {
	from := words(lang)
	chosen := make([]string, max(n, 0))
	for i := range chosen {
		var random [2]byte
		rand.Read(random[:]) // does not fail, by its documentation
		chosen[i] = from[binary.BigEndian.Uint16(random[:])%size]
	}
	return strings.Join(chosen, "-")
}
