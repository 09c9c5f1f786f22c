package sticks

import (
	"os"

	"golang.org/x/sys/unix"
)

// Usual is where Linux mounts sticks.
func Usual() Places { return Places{Roots: []string{"/media", "/run/media", "/mnt"}} }

// flush writes what waits for the file system of a folder.
func flush(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Syncfs(int(f.Fd()))
}

// release unmounts. Only root may, and no program that gave up folders (Landlock).
func release(folder string) error { return unix.Unmount(folder, unix.UMOUNT_NOFOLLOW) }
