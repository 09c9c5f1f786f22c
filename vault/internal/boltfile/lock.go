// Package boltfile does with a bbolt file what bbolt leaves to its caller: to lock it
// before bbolt maps it, to survive panics on damaged pages and faults on files that
// were cut, to put back a transaction whose flush failed, and to write a file anew and
// erase the old one.
//
// It may touch the files whose names or handles it is given, and the folders they are
// in. It knows nothing of what they hold.
package boltfile

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// LockTimeout is how long to wait for a lock. It only has to outlast a process that is
// just ending.
const LockTimeout = 500 * time.Millisecond

// Lock locks the file at path, open as f, as bbolt does. It returns false if another
// process has it: the lock, after [LockTimeout], or the name, because it has just
// written the file anew. The lock ends when f is closed.
func Lock(f *os.File, path string) (bool, error) {
	for deadline := time.Now().Add(LockTimeout); ; time.Sleep(10 * time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return Stands(f, path), nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return false, err
		}
		if time.Now().After(deadline) {
			return false, nil
		}
	}
}

// Stands says whether a file that is open is the one with that name.
func Stands(f *os.File, path string) bool {
	a, err := f.Stat()
	b, err2 := os.Stat(path)
	return err == nil && err2 == nil && os.SameFile(a, b)
}
