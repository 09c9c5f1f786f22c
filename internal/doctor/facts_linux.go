package doctor

import (
	"fmt"

	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// synced asks the kernel whether something, such as an NTP client, steers its clock.
func synced() (bool, error) {
	var t unix.Timex
	if _, err := unix.Adjtimex(&t); err != nil {
		return false, fmt.Errorf("ask the kernel about its clock: %w", err)
	}
	return t.Status&unix.STA_UNSYNC == 0, nil
}

// landlock asks the kernel for the version of Landlock that it has.
func landlock() (int, error) {
	version, err := ll.LandlockGetABIVersion()
	if err == unix.ENOSYS || err == unix.EOPNOTSUPP { // not built in, or switched off
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("ask the kernel for Landlock: %w", err)
	}
	return version, nil
}
