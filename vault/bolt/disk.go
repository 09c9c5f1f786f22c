package bolt

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"syscall"
	"time"

	"amana/vault"
)

// statfsAge is how long a measure of the free disk is believed. What the vault
// itself writes meanwhile is subtracted.
const statfsAge = 200 * time.Millisecond

// disk watches the reserve of free disk.
type disk struct {
	dir     string
	reserve int64

	mu       sync.Mutex
	measured time.Time
	free     int64 // bytes free at that time
	written  int64 // bytes written since
	readOnly bool
}

// room returns how many bytes may be written before the reserve is reached. It
// is negative below the reserve. inside is what the files themselves can reuse:
// bbolt never shrinks a file, so without it a disk once filled by aborted
// uploads would count as full for ever.
func (d *disk) room(inside int64) (int64, error) {
	free, err := d.left()
	return free + inside - d.reserve, err
}

// left returns how many bytes are free, the reserve included.
func (d *disk) left() (int64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := time.Now(); d.measured.IsZero() || now.Sub(d.measured) > statfsAge || now.Before(d.measured) {
		free, err := freeOf(d.dir)
		if err != nil {
			return 0, fmt.Errorf("vault: measure the free disk: %w: %w", vault.ErrDisk, err)
		}
		d.free, d.written, d.measured = free, 0, now
		d.readOnly = readOnlyOf(d.dir)
	}
	return d.free - d.written, nil
}

// refuses says whether the disk was read-only when it was measured last. Only who
// wants to write asks: what is kept can still be read.
func (d *disk) refuses() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.readOnly {
		return fmt.Errorf("vault: %w: %w", vault.ErrDisk, syscall.EROFS)
	}
	return nil
}

// readOnlyOf says whether the disk that dir is on takes no writing. A variable for the
// tests.
var readOnlyOf = readOnly

// freeOf returns the free bytes of the disk that dir is on. A variable for the
// tests.
var freeOf = func(dir string) (int64, error) {
	var st syscall.Statfs_t
	err := syscall.Statfs(dir, &st)
	return int64(st.Bavail) * int64(st.Bsize), err
}

// takeReserve accounts for n bytes about to be written that must not wait for room,
// or says that there is none even with the reserve: somebody who fills the disk
// with testimonies must not keep dropped headers in it.
func (d *disk) takeReserve(n int64) error {
	free, err := d.left()
	if err != nil {
		return err
	}
	if free < n {
		return fmt.Errorf("vault: the disk is full: %w", vault.ErrFull)
	}
	d.mu.Lock()
	d.written += n
	d.mu.Unlock()
	return nil
}

// take accounts for n bytes about to be written, or says that there is no room.
func (d *disk) take(n, inside int64) error {
	room, err := d.room(inside)
	if err != nil {
		return err
	}
	if room < n {
		return fmt.Errorf("vault: the reserve of free disk is reached: %w", vault.ErrFull)
	}
	d.mu.Lock()
	d.written += n
	d.mu.Unlock()
	return nil
}

// asFull makes an error of a disk without room wrap [vault.ErrFull]. bbolt drops
// the cause of an error in growing a file and keeps its text, hence the search.
func asFull(err error) error {
	if err == nil || errors.Is(err, vault.ErrFull) {
		return err
	}
	for _, cause := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, cause) || strings.Contains(err.Error(), cause.Error()) {
			return fmt.Errorf("%w: %w", vault.ErrFull, err)
		}
	}
	return err
}
