// Package probe knows a testimony that the operator sent to see whether one arrives.
//
// A token is given out to whoever can open the admin socket, is good once and for
// [Life], and stands in a form in the place of nothing else. Only a hash of it is
// kept, and only in memory. Nobody else can have a form taken for a probe, so none
// that a source sends is set aside. It may not touch files or the network.
package probe

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"slices"
	"sync"
	"time"
)

// Life is how long a token is good for: a slow circuit may need minutes.
const Life = 10 * time.Minute

// Most is how many tokens are good at one time.
const Most = 8

// Size is the most characters that a token has.
const Size = 32

// ErrMany says that [Most] tokens are out, and none of them was used.
var ErrMany = errors.New("probe: too many probes were begun and not sent; wait ten minutes")

// Tokens gives out tokens and takes them back. It may be used by any number of
// goroutines.
type Tokens struct {
	now func() time.Time

	mu  sync.Mutex
	out []issued
}

// issued is a token that is out.
type issued struct {
	sum [sha256.Size]byte
	at  time.Time
}

// New makes Tokens of which none is out. now is the clock.
func New(now func() time.Time) *Tokens { return &Tokens{now: now} }

// New returns a token. The error is [ErrMany].
func (t *Tokens) New() (string, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire()
	if len(t.out) == Most {
		return "", ErrMany
	}
	token := rand.Text()
	t.out = append(t.out, issued{sha256.Sum256([]byte(token)), t.now()})
	return token, nil
}

// Take reports whether a token is good, and makes it good no more.
func (t *Tokens) Take(token string) bool {
	sum := sha256.Sum256([]byte(token))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.expire()
	at := -1
	for i := range t.out { // all of them: how many are out is nobody's business
		if subtle.ConstantTimeCompare(t.out[i].sum[:], sum[:]) == 1 {
			at = i
		}
	}
	if at < 0 {
		return false
	}
	t.out = slices.Delete(t.out, at, at+1)
	return true
}

// expire forgets the tokens whose time is over. A clock that was set back ends them
// too, rather than keep them long.
func (t *Tokens) expire() {
	now := t.now()
	t.out = slices.DeleteFunc(t.out, func(i issued) bool {
		age := now.Sub(i.at)
		return age >= Life || age < 0
	})
}
