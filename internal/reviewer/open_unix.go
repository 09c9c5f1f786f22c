//go:build unix

package reviewer

import (
	"os"
	"syscall"
)

// plainly opens a file that lies where others may have laid something: it follows
// no link in the last place, and waits for no other end of a pipe.
const plainly = os.O_RDONLY | syscall.O_NONBLOCK | syscall.O_NOFOLLOW
