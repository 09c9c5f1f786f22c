//go:build !unix

package dossier

import "os"

// lock does nothing here: two runs into one folder are not told apart.
func lock(*os.File) error { return nil }

// movesOpen is whether a folder in which files are open can be renamed and removed.
const movesOpen = false
