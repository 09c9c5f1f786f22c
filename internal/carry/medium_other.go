//go:build !linux

package carry

import "io"

// forgetCache does nothing: this system has no way to ask the medium itself.
func forgetCache(io.ReaderAt) {}
