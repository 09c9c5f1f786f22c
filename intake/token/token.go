// Package token carries a source's thread from one page to the next, sealed under
// a key that is only in memory.
//
// It takes the place of a session: nothing is kept about a page, a token is of no
// use to another process, and the keys are made anew every [Life], so that a page
// somebody saved opens nothing on a server that is seized later. It is called
// inside the erasure only.
package token

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"sync"
	"time"

	"amana/internal/mailbox"
)

// Life is how long a token is good for, at least: the time to read a page, think,
// and begin to send. How long the sending takes does not count.
const Life = 2 * time.Hour

// Size is the length of a token in characters.
const Size = (nonceSize + plainSize + tagSize) * 4 / 3

const (
	nonceSize = 12
	tagSize   = 16
	plainSize = 32 + 1 + 8 // seed, whether replies are wanted, seconds
)

// label binds what is sealed to its purpose.
const label = "amana page token 1"

// ErrExpired is wrapped by the error about a token that is too old, of another
// process, or none at all: the three are not told apart.
var ErrExpired = errors.New("token: not of this time")

// Thread is what a token carries.
type Thread struct {
	mailbox.Thread
	Replies bool // the source has a code, so replies can reach them
}

// Keys seal tokens and open them. They may be used by any number of goroutines.
type Keys struct {
	now func() time.Time

	mu           sync.Mutex
	made         time.Time
	current, old cipher.AEAD // old is nil at first
}

// NewKeys makes keys. now is the clock.
func NewKeys(now func() time.Time) *Keys { return &Keys{now: now} }

// keys returns the key in use and the one before, which are made anew when it is
// time.
func (k *Keys) keys(now time.Time) (current, old cipher.AEAD) {
	k.mu.Lock()
	defer k.mu.Unlock()
	// A clock that was set back makes keys anew as well, rather than keep them long.
	if age := now.Sub(k.made); k.current == nil || age >= Life || age < 0 {
		k.old = k.current
		if age >= 2*Life || age < 0 {
			k.old = nil
		}
		k.current, k.made = newKey(), now
	}
	return k.current, k.old
}

// Renew makes the keys anew if it is time. Called now and then, it sees to it that
// no key stays longer than twice [Life] where nobody comes.
func (k *Keys) Renew() { k.keys(k.now()) }

func newKey() cipher.AEAD {
	key := make([]byte, 32)
	defer clear(key)
	rand.Read(key) // never fails: it ends the program instead
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the key has one of the right lengths
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // as has the block
	}
	return gcm
}

// Seal returns a token for a thread, of [Size] characters that need no escaping.
func (k *Keys) Seal(t Thread) string {
	now := k.now()
	current, _ := k.keys(now)
	plain := make([]byte, 0, plainSize)
	seed := t.Seed()
	plain = append(plain, seed[:]...)
	plain = append(plain, 0)
	if t.Replies {
		plain[32] = 1
	}
	plain = binary.BigEndian.AppendUint64(plain, uint64(now.Unix()))
	sealed := make([]byte, nonceSize, nonceSize+plainSize+tagSize)
	rand.Read(sealed)
	sealed = current.Seal(sealed, sealed, plain, []byte(label))
	return base64.RawURLEncoding.EncodeToString(sealed)
}

// Open returns what a token carries. Its error wraps [ErrExpired].
func (k *Keys) Open(token string) (Thread, error) {
	if len(token) != Size {
		return Thread{}, ErrExpired
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return Thread{}, ErrExpired
	}
	now := k.now()
	current, old := k.keys(now)
	for _, key := range []cipher.AEAD{current, old} {
		if key == nil {
			continue
		}
		plain, err := key.Open(nil, sealed[:nonceSize], sealed[nonceSize:], []byte(label))
		if err != nil || len(plain) != plainSize {
			continue
		}
		made := time.Unix(int64(binary.BigEndian.Uint64(plain[33:])), 0)
		if age := now.Sub(made); age > Life || age < -time.Minute {
			return Thread{}, ErrExpired
		}
		return Thread{Thread: mailbox.ThreadFrom([32]byte(plain[:32])), Replies: plain[32] == 1}, nil
	}
	return Thread{}, ErrExpired
}
