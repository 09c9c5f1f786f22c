//go:build !linux

package boltfile

import "os"

// Exchange gives the file at path the name over. What had that name has none
// afterwards.
func Exchange(path, over string) error { return os.Rename(path, over) }

// NextData returns off.
func NextData(_ *os.File, off int64) int64 { return off }
