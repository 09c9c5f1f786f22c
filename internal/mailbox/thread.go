package mailbox

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"amana/internal/agekey"

	"filippo.io/age"
)

// threadLabel begins the label of everything that follows from a thread.
const threadLabel = "amana/thread/1 "

// Thread is all that belongs to one source. Printed with any verb it shows nothing.
type Thread struct{ seed [32]byte }

// NewThread returns the thread of a source who wants no code.
func NewThread() Thread {
	var t Thread
	rand.Read(t.seed[:]) // never fails: it ends the program instead
	return t
}

// ThreadFrom returns the thread with the given seed.
func ThreadFrom(seed [32]byte) Thread { return Thread{seed} }

// Seed returns what the thread is made of. It is as secret as the code.
func (t Thread) Seed() [32]byte { return t.seed }

// ID names the thread inside sealed envelopes, and nowhere else.
func (t Thread) ID() [16]byte { return t.name("id") }

// Mailbox is the name under which the server keeps replies.
func (t Thread) Mailbox() [16]byte { return t.name("mailbox") }

// MaxParts is how many testimonies and additions a thread can have.
const MaxParts = 256

// Part returns the name under which the server keeps part n, from 0, below MaxParts.
// Without the code nobody can tell that two names are of one thread.
func (t Thread) Part(n int) [16]byte { return t.name("part " + strconv.Itoa(n)) }

// MaxWithdrawals is how many names the note of a withdrawal has.
const MaxWithdrawals = 3

// Withdrawal returns name n, from 0, below MaxWithdrawals, under which the server
// keeps the note that the thread was withdrawn. One is enough: the others are for
// when the remains of a note that broke off lie there.
func (t Thread) Withdrawal(n int) [16]byte {
	if n == 0 {
		return t.name("withdrawal")
	}
	return t.name("withdrawal " + strconv.Itoa(n))
}

// Fetched returns the name under which the server keeps the note that a reply was
// shown.
func (t Thread) Fetched(reply [16]byte) [16]byte {
	return t.name("fetched " + hex.EncodeToString(reply[:]))
}

// Identity opens replies.
func (t Thread) Identity() (*age.HybridIdentity, error) {
	seed := t.derive("identity", agekey.SeedSize)
	defer clear(seed)
	return agekey.FromSeed(seed)
}

func (t Thread) name(label string) [16]byte { return [16]byte(t.derive(label, 16)) }

// derive returns n bytes that nobody can tell from random ones without the seed, nor
// from those of another label.
func (t Thread) derive(label string, n int) []byte {
	out, err := hkdf.Key(sha256.New, t.seed[:], nil, threadLabel+label, n)
	if err != nil {
		panic("mailbox: " + err.Error()) // the seed and n always have these lengths
	}
	return out
}
