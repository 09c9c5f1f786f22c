//go:build !unix && tcell_minimal

package reviewer

import "github.com/gdamore/tcell/v2"

// terminalScreen returns the screen of the console.
func terminalScreen() (tcell.Screen, error) { return tcell.NewScreen() }
