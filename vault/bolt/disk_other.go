//go:build !linux

package bolt

import "os"

// uncache does nothing.
func uncache(*os.File) {}

// readOnly cannot tell.
func readOnly(string) bool { return false }
