package sticks

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

const plainly = os.O_RDONLY

// Usual is every drive that can be taken out.
func Usual() Places {
	var p Places
	for letter := 'A'; letter <= 'Z'; letter++ {
		root := string(letter) + `:\`
		name, err := windows.UTF16PtrFromString(root)
		if err == nil && windows.GetDriveType(name) == windows.DRIVE_REMOVABLE {
			p.Roots = append(p.Roots, root)
		}
	}
	return p
}

// mountPoint reports whether a folder is the top of a drive.
func mountPoint(folder string) bool { return filepath.Dir(folder) == folder }

// flush writes what waits for a drive. Windows writes to sticks at once unless it was
// told not to; only an administrator may flush a drive as a whole.
func flush(folder string) error {
	_, err := os.Stat(folder)
	return err
}

// release does nothing: a drive is let go of in the taskbar.
func release(string) error { return errors.New("not on this system") }
