//go:build !unix

package reviewer

import "os"

// plainly opens a file to read. Windows keeps pipes in a place of their own, not in
// folders, and what a link leads to is checked like the file itself.
const plainly = os.O_RDONLY
