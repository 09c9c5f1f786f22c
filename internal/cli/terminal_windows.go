package cli

import (
	"os"

	"golang.org/x/sys/windows"
)

// terminal is the console of the program, whatever its standard input is. What is
// typed comes from File; what is shown goes to out.
type terminal struct {
	*os.File
	out *os.File
}

func openTTY() (*terminal, error) {
	in, err := os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		in.Close()
		return nil, err
	}
	// So that a console clears its screen when it is told to. An old one that
	// cannot shows the sequence instead, as it does with every other program.
	var mode uint32
	if console := windows.Handle(out.Fd()); windows.GetConsoleMode(console, &mode) == nil {
		_ = windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
	}
	return &terminal{in, out}, nil
}

// Write shows p.
func (t *terminal) Write(p []byte) (int, error) { return t.out.Write(p) }

// WriteString shows s.
func (t *terminal) WriteString(s string) (int, error) { return t.out.WriteString(s) }

// Close gives both sides back.
func (t *terminal) Close() error {
	t.out.Close()
	return t.File.Close()
}
