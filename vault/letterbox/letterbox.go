// Package letterbox keeps sealed replies until their sources come for them: one
// bbolt file, described in docs/formats-mailbox.md.
//
// It holds ciphertext under random names, and the day each came in. It never knows
// whether somebody came for one, and a look leaves no trace in it. It may touch its
// file and a new one on the way to its name, and nothing else.
package letterbox

import (
	"context"
	"errors"
)

// ErrFull is wrapped when a mailbox holds MaxPerMailbox letters already.
var ErrFull = errors.New("letterbox: the mailbox is full")

// ErrNotFound is wrapped by errors about a letter that is not there.
var ErrNotFound = errors.New("letterbox: no such letter")

// Limits.
const (
	MaxLetter     = 16 << 10 // bytes of one letter
	MaxPerMailbox = 20
)

// Letter is one sealed reply.
type Letter struct {
	Mailbox [16]byte
	ID      [16]byte
	Day     string // when it was taken in, "2026-11-22"
	Sealed  []byte
}

// Box is an open letterbox. Its methods may be called at any time from any number
// of goroutines.
type Box struct{}

// Open opens the letterbox in the file at path, and makes it, with mode 0600, if
// there is none. The caller must Close it.
func Open(path string) (*Box, error) { panic("contract") }

// Put keeps letters and returns once they are on stable storage. One that is there
// already changes nothing. Refused gives for each index that was not taken why.
func (b *Box) Put(ctx context.Context, letters []Letter) (refused map[int]error, err error) {
	panic("contract")
}

// List returns the letters of a mailbox without their bytes, the oldest first.
func (b *Box) List(ctx context.Context, mailbox [16]byte) ([]Letter, error) { panic("contract") }

// Get returns one letter.
func (b *Box) Get(ctx context.Context, mailbox, id [16]byte) (Letter, error) { panic("contract") }

// Remove removes a mailbox with all its letters; one that is not there is no error.
// Erase is due after it.
func (b *Box) Remove(ctx context.Context, mailbox [16]byte) error { panic("contract") }

// Expire removes the letters that came in before a day, and says how many.
func (b *Box) Expire(ctx context.Context, before string) (int, error) { panic("contract") }

// Erase writes the file anew, if something was removed since it was written last,
// and overwrites the old one as far as the disk allows. Without that the removed
// letters could still be found in it.
func (b *Box) Erase(ctx context.Context) error { panic("contract") }

// Count returns how many letters there are.
func (b *Box) Count(ctx context.Context) (int, error) { panic("contract") }

// Close releases the file.
func (b *Box) Close() error { panic("contract") }
