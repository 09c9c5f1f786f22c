//go:build unix

package sticks

import (
	"os"
	"path/filepath"
	"syscall"
)

// plainly opens a file to read, but no link, and waits for no other end of a pipe.
const plainly = os.O_RDONLY | syscall.O_NONBLOCK | syscall.O_NOFOLLOW

// mountPoint reports whether something is mounted at a folder: it is on another device
// than the folder that it is in.
func mountPoint(folder string) bool {
	var here, above syscall.Stat_t
	if syscall.Lstat(folder, &here) != nil || syscall.Lstat(filepath.Dir(folder), &above) != nil {
		return false
	}
	return here.Mode&syscall.S_IFMT == syscall.S_IFDIR && here.Dev != above.Dev
}
