//go:build unix && !linux

package sticks

import (
	"os"

	"golang.org/x/sys/unix"
)

// Usual is where macOS mounts sticks.
func Usual() Places { return Places{Roots: []string{"/Volumes"}} }

// flush writes what waits for the file system of a folder: here there is only a call for
// all of them.
func flush(folder string) error {
	f, err := os.Open(folder) // it must still be there
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Sync()
}

// release unmounts, which whoever mounted it may.
func release(folder string) error { return unix.Unmount(folder, 0) }
