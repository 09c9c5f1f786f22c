//go:build !linux

package operator

import "os"

func uncache(*os.File) {}
