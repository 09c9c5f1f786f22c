//go:build !linux

package doctor

import "errors"

var errNotLinux = errors.New("only Linux tells")

func synced() (bool, error) { return false, errNotLinux }

func landlock() (int, error) { return 0, errNotLinux }
