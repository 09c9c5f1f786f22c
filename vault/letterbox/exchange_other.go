//go:build !linux

package letterbox

import "os"

// exchange gives the file at path the name over. What had that name has none
// afterwards.
func exchange(path, over string) error { return os.Rename(path, over) }
