//go:build unix

package cli

import "os"

// terminal is the terminal of the program, whatever its standard input is.
type terminal struct{ *os.File }

func openTTY() (*terminal, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &terminal{tty}, nil
}
