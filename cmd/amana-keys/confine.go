package main

import (
	"amana/internal/confine"
	"amana/internal/offline"
)

const program offline.Program = "amana-keys"

// confineFiles lets the program write to the given folders only, and ask at its
// terminal, if the kernel can. What it needs to read was opened before.
func confineFiles(write ...string) error { return confinePaths(confine.Paths{Write: write}) }

func confinePaths(p confine.Paths) error {
	p.Terminal = true
	return program.Confine(p)
}
