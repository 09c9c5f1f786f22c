package confine

import (
	"fmt"
	"os"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// Rights of a folder in which only folders are made, renamed and removed.
const foldersOnly = ll.AccessFSReadDir | ll.AccessFSMakeDir | ll.AccessFSRemoveDir

// Rights of a folder in which a socket is made, and removed in the end.
const socketsOnly = ll.AccessFSMakeSock | ll.AccessFSRemoveFile

// Landlock reports whether the kernel has Landlock and it is switched on, so that
// [Files] can confine anything.
func Landlock() bool {
	version, err := ll.LandlockGetABIVersion()
	return err == nil && version >= 1
}

// Files takes from the program the right to open anything but the given paths,
// as far as the kernel can: it needs Landlock, which Linux has since 5.13, and
// newer kernels refuse more. A kernel without it gives an error wrapping
// [ErrUnsupported]. It cannot be undone.
func Files(p Paths) error {
	if !Landlock() {
		return fmt.Errorf("limit what files can be opened: %w", ErrUnsupported)
	}
	rules := []landlock.Rule{
		landlock.RWDirs(p.Write...),
		landlock.PathAccess(foldersOnly, p.Folders...),
		landlock.PathAccess(socketsOnly, p.Sockets...),
	}
	if p.Terminal {
		// Not to show what is typed takes the right to control the device.
		rules = append(rules, landlock.RWFiles("/dev/tty").WithIoctlDev().IgnoreIfMissing())
	}
	for _, path := range p.Read {
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("limit what files can be opened: %w", err)
		}
		if info.IsDir() {
			rules = append(rules, landlock.RODirs(path))
		} else {
			rules = append(rules, landlock.ROFiles(path))
		}
	}
	if err := landlock.V7.BestEffort().RestrictPaths(rules...); err != nil {
		return fmt.Errorf("limit what files can be opened: %w", err)
	}
	return nil
}
