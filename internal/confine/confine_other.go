//go:build !linux

package confine

// NoNetwork confines nothing on this system and says so.
func NoNetwork() error { return ErrUnsupported }

// Files confines nothing on this system and says so.
func Files(Paths) error { return ErrUnsupported }
