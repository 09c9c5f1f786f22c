//go:build !unix

package dossier

import (
	"io/fs"
	"os"
)

// lock does nothing here: two runs into one folder are not told apart.
func lock(*os.File) error { return nil }

// movesOpen is whether a folder in which files are open can be renamed and removed.
const movesOpen = false

// plainly is with what flags a file is opened that others may have laid there.
const plainly = 0

// shared tells whether a file has another name besides: nobody knows.
func shared(fs.FileInfo) bool { return false }
