//go:build !linux

package bolt

// readOnly cannot tell.
func readOnly(string) bool { return false }
