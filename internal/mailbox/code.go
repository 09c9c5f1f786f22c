package mailbox

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"

	"amana/internal/wordlist"

	"golang.org/x/crypto/scrypt"
)

const (
	codeWords = 8
	wordBits  = 11
	codeBits  = (codeWords - 1) * wordBits // the last word is the checksum

	checksumLabel = "amana/code/1 checksum"
	threadSalt    = "amana/code/1 thread"
)

// Code is what the words of a source stand for. Printed with any verb it shows
// nothing.
type Code struct{ bits [10]byte } // 77 bits, the highest first; the last 3 are 0

// NewCode returns a random code.
func NewCode() Code {
	var c Code
	rand.Read(c.bits[:]) // never fails: it ends the program instead
	c.bits[len(c.bits)-1] &^= 1<<(8*len(c.bits)-codeBits) - 1
	return c
}

// Words returns the eight words of the code in a language that has a list of words,
// or in English.
func (c Code) Words(lang string) []string {
	places := make([]int, codeWords)
	for bit := range codeBits {
		places[bit/wordBits] = places[bit/wordBits]<<1 | int(c.bits[bit/8]>>(7-bit%8)&1)
	}
	places[codeWords-1] = c.checksum()
	return wordlist.Spell(lang, places)
}

// checksum returns the place of the last word: 11 bits, which tell a slip in typing
// from a code.
func (c Code) checksum() int {
	sum := sha256.Sum256(append([]byte(checksumLabel), c.bits[:]...))
	return int(sum[0])<<3 | int(sum[1]>>5)
}

// ParseCode reads what a person typed, in the words of any language. It forgives
// spaces, case, diacritics, hamza, digits and signs between the words.
func ParseCode(typed string) (Code, error) {
	places, ok := wordlist.Read(typed, codeWords, func(places []int) bool {
		want := codeOf(places).checksum()
		return subtle.ConstantTimeEq(int32(places[codeWords-1]), int32(want)) == 1
	})
	if !ok {
		return Code{}, ErrMistyped
	}
	return codeOf(places), nil
}

// codeOf returns the code that words at these places stand for.
func codeOf(places []int) Code {
	var c Code
	for bit := range codeBits {
		one := places[bit/wordBits] >> (wordBits - 1 - bit%wordBits) & 1
		c.bits[bit/8] |= byte(one) << (7 - bit%8)
	}
	return c
}

// Thread returns the thread of a code. It takes about 50 ms and 16 MiB, on purpose:
// scrypt stands between a stolen database and a guess. It is called by pointer, for if
// the program fails meanwhile Go writes the arguments of functions to the log.
func (c *Code) Thread() Thread {
	// Not Argon2: it starts goroutines, and what those leave behind is not erased.
	seed, err := scrypt.Key(c.bits[:], []byte(threadSalt), 1<<14, 8, 1, len(Thread{}.seed))
	if err != nil {
		panic("mailbox: " + err.Error()) // the parameters are constants that scrypt takes
	}
	defer clear(seed)
	return Thread{[32]byte(seed)}
}
