//go:build !linux

package reviewer

import "errors"

// memoryFolder returns an error: only on Linux does this program know a folder that is
// in memory.
func memoryFolder() (path string, free int64, err error) {
	return "", 0, errors.New("this system has no folder in memory that this program knows")
}

// swaps tells that it is not known whether memory can be written to a disk.
func swaps() string { return "unknown" }
