//go:build !unix

package workspace

import (
	"errors"
	"io/fs"
	"os"
)

// plainly is with what flags a file is opened in a folder that others may have laid
// something into.
const plainly = 0

// lock leaves the locking to bbolt.
func lock(*os.File, bool) error { return nil }

// readOnlyMedium tells whether an error is about a medium or a folder that cannot be
// written to.
func readOnlyMedium(err error) bool { return errors.Is(err, fs.ErrPermission) }
