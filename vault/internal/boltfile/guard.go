package boltfile

import (
	"fmt"
	"runtime/debug"
)

// PanicError is a panic of bbolt's, which it raises on damaged pages, or a fault in
// memory that is mapped from a file that became shorter.
type PanicError struct {
	damaged error
	cause   any
}

// Error says what bbolt said.
func (e *PanicError) Error() string { return fmt.Sprintf("%v: %v", e.damaged, e.cause) }

// Unwrap returns the error that [Guard] was given.
func (e *PanicError) Unwrap() error { return e.damaged }

// Guard turns panics and faults in fn into a [PanicError] that wraps damaged. bbolt may
// then hold its locks for ever.
func Guard(damaged error, fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if cause := recover(); cause != nil {
			err = &PanicError{damaged, cause}
		}
	}()
	return fn()
}
