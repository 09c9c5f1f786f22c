//go:build !linux

package bolt

import "os"

// exchange gives the file at path the name over. What had that name has none
// afterwards.
func exchange(path, over string) error { return os.Rename(path, over) }

// uncache does nothing.
func uncache(*os.File) {}

// nextData returns off.
func nextData(_ *os.File, off int64) int64 { return off }
