//go:build !unix

package durable

import "os"

// syncDir finds out only whether the folder is there.
func syncDir(path string) error {
	_, err := os.Stat(path)
	return err
}
