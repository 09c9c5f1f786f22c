// Package book keeps a chain of rosters in a folder, so that nobody can put an
// older or another roster in the place of the newest without being noticed.
//
// It touches that folder only. It handles public halves only, and never the
// network. docs/formats-keys.md describes the folder.
package book

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"

	"amana/internal/durable"
	"amana/internal/roster"
)

// Errors that a caller can tell apart.
var (
	// ErrAbsent: there is no book in the folder.
	ErrAbsent = errors.New("there are no rosters here yet")
	// ErrTampered: what is in the folder is not what was put there.
	ErrTampered = errors.New("the rosters kept here were changed, or an older state was put back")
)

// Book is an open folder of rosters. It may be used concurrently.
type Book struct {
	folder string
	first  [32]byte // Sum of roster 1
	look   bool     // from Read: nothing is written

	importing sync.Mutex
	chain     atomic.Pointer[[]*roster.Signed] // never empty; replaced as a whole
}

// Create makes a folder (mode 0700) and puts a chain into it, from roster 1 on,
// after it has verified it. It overwrites nothing: if there is a book already, or
// another chain, the error wraps [fs.ErrExist]. What a Create that was cut off
// left behind, the same Create ends.
func Create(folder string, chain []*roster.Signed) (*Book, error) {
	if err := roster.VerifyChain(chain); err != nil {
		return nil, err
	}
	if err := room(chain); err != nil {
		return nil, err
	}
	switch err := os.Mkdir(folder, 0o700); {
	case err == nil:
		if err := durable.SyncDir(filepath.Dir(folder)); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrExist):
		return nil, fmt.Errorf("make the folder of rosters: %w", err)
	}
	if _, err := os.Lstat(filepath.Join(folder, pinName)); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fs.ErrExist
		}
		return nil, fmt.Errorf("begin the rosters in %s, where some are already: %w", folder, err)
	}
	// Nothing may be there that Open would take for the next one.
	if _, err := os.Lstat(path(folder, uint32(len(chain)+1))); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fs.ErrExist
		}
		return nil, fmt.Errorf("begin the rosters in %s, where roster %d is already: %w", folder, len(chain)+1, err)
	}
	for _, s := range chain {
		if err := put(folder, s); err != nil {
			return nil, err
		}
	}
	newest := chain[len(chain)-1]
	p := pin{first: chain[0].Sum(), epoch: newest.Epoch, newest: newest.Sum()}
	if err := durable.WriteFile(filepath.Join(folder, pinName), p.text(), 0o600); err != nil {
		return nil, fmt.Errorf("keep the mark of the newest roster: %w", err)
	}
	return Open(folder)
}

// Open reads the folder and verifies the chain, from the pinned first roster to
// the pinned newest one. A roster beyond, which an Import that was cut off left,
// is verified, taken and pinned. Errors wrap [ErrAbsent] or [ErrTampered], or say
// what the disk refused.
//
// Only one that may write to the folder opens it so: for looking there is [Read].
func Open(folder string) (*Book, error) {
	p, err := readPin(folder)
	if err != nil {
		return nil, err
	}
	b := &Book{folder: folder, first: p.first}
	var chain []*roster.Signed
	for {
		if chain, err = readFrom(folder, chain); err != nil {
			return nil, err
		}
		if err := p.verify(chain); err != nil {
			return nil, err
		}
		b.chain.Store(&chain)
		newest := b.Newest()
		if newest.Epoch == p.epoch {
			return b, nil
		}
		if err := b.pin(newest); err != nil {
			return nil, err
		}
		// Another program may have put and pinned a further one meanwhile, and
		// this mark went over that one's: look again.
		p.epoch, p.newest = newest.Epoch, newest.Sum()
	}
}

// Read opens the folder for a program that only looks, and so writes nothing,
// whatever it finds. It verifies what [Open] does, with the same errors, but takes
// no roster beyond the pinned newest one: that is Newest. An Import into it fails.
func Read(folder string) (*Book, error) {
	p, err := readPin(folder)
	if err != nil {
		return nil, err
	}
	chain, err := readFrom(folder, nil)
	if err != nil {
		return nil, err
	}
	if err := p.verify(chain); err != nil {
		return nil, err
	}
	b := &Book{folder: folder, first: p.first, look: true}
	chain = slices.Clip(chain[:p.epoch])
	b.chain.Store(&chain)
	return b, nil
}

// Newest returns the newest roster, in force or not. It must not be changed.
func (b *Book) Newest() *roster.Signed {
	chain := *b.chain.Load()
	return chain[len(chain)-1]
}

// All returns every roster from 1 on. They must not be changed.
func (b *Book) All() []*roster.Signed { return slices.Clone(*b.chain.Load()) }

// InForce returns the newest roster if it may be used on the given day (UTC, like
// 2026-11-22). Otherwise the error is that of [roster.Roster.InForce]: an older
// roster never takes its place.
func (b *Book) InForce(day string) (*roster.Signed, error) {
	newest := b.Newest()
	if err := newest.InForce(day); err != nil {
		return nil, err
	}
	return newest, nil
}

// path returns where a roster is kept.
func path(folder string, epoch uint32) string {
	return filepath.Join(folder, strconv.FormatUint(uint64(epoch), 10)+".txt")
}
