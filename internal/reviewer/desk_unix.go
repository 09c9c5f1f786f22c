//go:build unix && tcell_minimal

package reviewer

import (
	"github.com/gdamore/tcell/v2"
	"github.com/gdamore/tcell/v2/terminfo"
	_ "github.com/gdamore/tcell/v2/terminfo/extended" // known terminals: no program is asked
)

// terminalScreen returns the screen of /dev/tty. A terminal that is not known is taken
// for one like xterm, as nearly all are.
func terminalScreen() (tcell.Screen, error) {
	screen, err := tcell.NewTerminfoScreen()
	if err == nil {
		return screen, nil
	}
	like, unknown := terminfo.LookupTerminfo("xterm-256color")
	if unknown != nil {
		return nil, err
	}
	return tcell.NewTerminfoScreenFromTtyTerminfo(nil, like)
}
