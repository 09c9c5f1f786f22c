// Package mailbox is what a source's code of words opens: where their testimonies
// and the replies to them are kept, and the identity that opens the replies.
// docs/formats-mailbox.md describes it.
//
// It computes and keeps nothing. It may not touch a vault, a file or the network.
// The server calls it inside the erasure only.
package mailbox

import (
	"errors"

	"filippo.io/age"
)

// ErrMistyped is wrapped by errors about words that are no code: a word that is in
// no list, too few or too many, or a checksum that does not fit. It says nothing of
// what was typed.
var ErrMistyped = errors.New("mailbox: this is not a code")

// Code is what the words of a source stand for. Printed with any verb it shows
// nothing.
type Code struct{ bits [10]byte } // 77 bits, the highest first

// NewCode returns a random code.
func NewCode() Code { panic("contract") }

// Words returns the eight words of the code in a language that has a list of words,
// or in English.
func (c Code) Words(lang string) []string { panic("contract") }

// ParseCode reads what a person typed, in the words of any language. It forgives
// spaces, case, diacritics, hamza, digits and signs between the words.
func ParseCode(typed string) (Code, error) { panic("contract") }

// Thread returns the thread of a code. It takes about 50 ms and 16 MiB, on purpose:
// scrypt stands between a stolen database and a guess.
func (c Code) Thread() Thread { panic("contract") }

// Thread is all that belongs to one source. Printed with any verb it shows nothing.
type Thread struct{ seed [32]byte }

// NewThread returns the thread of a source who wants no code.
func NewThread() Thread { panic("contract") }

// ThreadFrom returns the thread with the given seed.
func ThreadFrom(seed [32]byte) Thread { return Thread{seed} }

// Seed returns what the thread is made of. It is as secret as the code.
func (t Thread) Seed() [32]byte { return t.seed }

// ID names the thread inside sealed envelopes, and nowhere else.
func (t Thread) ID() [16]byte { panic("contract") }

// Mailbox is the name under which the server keeps replies.
func (t Thread) Mailbox() [16]byte { panic("contract") }

// MaxParts is how many testimonies and additions a thread can have.
const MaxParts = 256

// Part returns the name under which the server keeps part n, from 0, below MaxParts.
// Without the code nobody can tell that two names are of one thread.
func (t Thread) Part(n int) [16]byte { panic("contract") }

// Withdrawal returns the name under which the server keeps the note that the thread
// was withdrawn.
func (t Thread) Withdrawal() [16]byte { panic("contract") }

// Fetched returns the name under which the server keeps the note that a reply was
// shown.
func (t Thread) Fetched(reply [16]byte) [16]byte { panic("contract") }

// Identity opens replies.
func (t Thread) Identity() (*age.HybridIdentity, error) { panic("contract") }

// Limits of a reply.
const (
	MaxReply   = 2_000    // characters (code points) of its text
	SealedSize = 16 << 10 // bytes; more than every sealed reply has
)

// Reply is what reviewers write to a source.
type Reply struct {
	Thread string // 32 hexadecimal digits: the thread that it answers
	Day    string // when it was written, "2026-11-22"
	Text   string // valid UTF-8, at most MaxReply characters
}

// Seal seals a reply to the source's recipient, which must be a hybrid one. All
// sealed replies have one length.
func Seal(r Reply, to age.Recipient) ([]byte, error) { panic("contract") }

// Open opens a sealed reply to the thread. It trusts nothing inside.
func (t Thread) Open(sealed []byte) (Reply, error) { panic("contract") }
