//go:build !linux

package confine

// NoNetwork confines nothing on this system and says so.
func NoNetwork() error { return ErrUnsupported }

// Files confines nothing on this system and says so.
func Files(Paths) error { return ErrUnsupported }

// Server confines nothing on this system and says so.
func Server(bool) error { return ErrUnsupported }

// NoMoreSockets confines nothing on this system and says so.
func NoMoreSockets() error { return ErrUnsupported }

// Landlock reports whether [Files] can confine anything here.
func Landlock() bool { return false }
