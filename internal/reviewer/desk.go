//go:build tcell_minimal

package reviewer

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"amana/internal/cli"
	"amana/internal/desk"
	"amana/internal/desk/arrange"
	"amana/internal/offline"
	"amana/internal/sticks"

	"github.com/gdamore/tcell/v2"
	"golang.org/x/term"
)

// deskCommand is the guided program, which amana-decrypt without arguments is too.
type deskCommand struct {
	Workspace string   `short:"w" name:"workspace" placeholder:"FOLDER" type:"path" help:"Your workspace; without it you choose one."`
	Key       string   `short:"i" name:"key" placeholder:"FILE" type:"path" help:"Your key file; without it you choose one."`
	Sticks    []string `name:"sticks" sep:"none" placeholder:"FOLDER" type:"existingdir" help:"Where sticks are, if not where this system mounts them: each folder in this one is taken for a stick. May be given several times."`
	Language  string   `name:"language" enum:",ar,en" default:"" help:"The language of the screens, ar or en; without it that of the system."`
	Letters   string   `name:"letters" enum:",program,terminal" default:"" help:"Who joins Arabic letters and puts them from right to left: the program or the terminal. Without it what is known of the terminal decides; F2 changes it."`
}

// Run gives up the network before anything else and shows the screens until the person
// leaves.
func (c *deskCommand) Run(ctx context.Context) error {
	if !fullScreen() {
		return cli.Hint(fmt.Errorf("the screens need a terminal"), "run amana-decrypt in a terminal window, or use the commands: amana-decrypt --help")
	}
	if err := program.NoNetwork(); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGHUP, syscall.SIGQUIT)
	defer stop()
	actions := &deskActions{places: sticks.Usual()}
	if len(c.Sticks) > 0 {
		actions.places = sticks.Places{Roots: c.Sticks, Any: true}
	}
	o := desk.Options{Language: c.Language, Asked: c.Language != "", NoColour: os.Getenv("NO_COLOR") != "", Workspace: c.Workspace, Key: c.Key, Letters: lettersFor(c.Letters, os.Getenv)}
	if o.Language == "" {
		o.Language = desk.FromLocale(os.Getenv)
	}
	screen, err := newScreen()
	if err != nil {
		return cli.Hint(fmt.Errorf("use this terminal: %w", err), "run amana-decrypt in another terminal window, or use the commands: amana-decrypt --help")
	}
	// Nothing but the screens may write to the terminal now.
	offline.Divert(actions.hear)
	defer offline.Divert(nil)
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		stderr := os.Stderr
		os.Stderr = null
		defer func() { os.Stderr = stderr; null.Close() }()
	}
	err = desk.New(ctx, screen, actions, o).Run()
	if ctx.Err() != nil {
		return &cli.Error{Err: fmt.Errorf("it was ended from outside: %w", context.Cause(ctx)), Code: cli.ExitStopped}
	}
	return err
}

// fullScreen reports whether there is a terminal that can show screens.
func fullScreen() bool {
	if !term.IsTerminal(int(os.Stdin.Fd())) || !term.IsTerminal(int(os.Stdout.Fd())) {
		return false
	}
	kind := os.Getenv("TERM")
	return runtime.GOOS == "windows" || kind != "" && kind != "dumb"
}

// newScreen returns the terminal's screen. What the environment says of its size, its
// characters and its second screen is not listened to: the size is asked for, every
// terminal of today takes UTF-8, and without a second screen what was read would stay.
func newScreen() (tcell.Screen, error) {
	for _, name := range []string{"TCELL_ALTSCREEN", "LINES", "COLUMNS"} {
		os.Unsetenv(name)
	}
	os.Setenv("LC_ALL", "C.UTF-8")
	return terminalScreen()
}

// lettersFor returns who arranges Arabic: what was asked for, or what is known of the
// terminal. Those that turn lines around, and cannot be told not to, do it themselves: as
// GNOME's can be, but not through a program like tmux.
func lettersFor(asked string, getenv func(string) string) arrange.Mode {
	between := getenv("TMUX") != "" || getenv("STY") != ""
	theirs := getenv("TERM_PROGRAM") == "Apple_Terminal" || getenv("KONSOLE_VERSION") != "" || getenv("MLTERM") != "" || between && getenv("VTE_VERSION") != ""
	if asked == "terminal" || asked == "" && theirs {
		return arrange.Theirs
	}
	return arrange.Ours
}

// args are the arguments of the command line, or the guided program if there are none
// and somebody sits there.
func args(given []string) []string {
	if len(given) == 0 && fullScreen() {
		return []string{"desk"}
	}
	return given
}
