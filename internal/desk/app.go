//go:build tcell_minimal

package desk

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"amana/internal/desk/arrange"

	"github.com/gdamore/tcell/v2"
)

// Options say how the program begins.
type Options struct {
	Language string       // "en" or "ar": which is offered first
	Asked    bool         // for that language, so that none that is remembered goes before it
	Letters  arrange.Mode // who joins and turns Arabic letters
	NoColour bool
	// Chosen are the workspace and the key if the command line named them.
	Workspace, Key string
}

// App is the running program. Its methods are called from one goroutine.
type App struct {
	screen    tcell.Screen
	actions   Actions
	options   Options
	words     *catalog
	mode      arrange.Mode
	plain     bool
	workspace string // its name, for the first row
	stack     []*page
	busy      *work
	posted    chan func() // what a goroutine wants done by the loop
	pasting   bool
	over      bool
	context   context.Context
}

// New returns the program at its first screen.
func New(ctx context.Context, screen tcell.Screen, actions Actions, o Options) *App {
	a := &App{screen: screen, actions: actions, options: o, words: load(o.Language), mode: o.Letters,
		plain: o.NoColour, posted: make(chan func()), context: ctx}
	a.push(a.languagePage())
	return a
}

// Run shows screens until the person leaves or the context ends; then it stops what
// runs, waits for it, closes the workspace and leaves the terminal empty and as it was.
// It calls the screen's Init, and its Fini however it ends.
func (a *App) Run() (err error) {
	if err := a.screen.Init(); err != nil {
		return fmt.Errorf("begin at the terminal: %w", err)
	}
	a.screen.EnablePaste()
	a.letters(a.mode)
	defer func() {
		if r := recover(); r != nil {
			err = broken(r)
		}
		a.end()
		if closed := a.actions.Close(); err == nil {
			err = closed
		}
	}()
	events, quit := make(chan tcell.Event), make(chan struct{})
	defer close(quit)
	go a.screen.ChannelEvents(events, quit)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for !a.over {
		a.draw()
		select {
		case ev, ok := <-events:
			if !ok { // the terminal is gone
				return context.Canceled
			}
			a.handle(ev)
		case f := <-a.posted:
			f()
		case <-tick.C:
		case <-a.context.Done():
			return context.Cause(a.context)
		}
	}
	return nil
}

// handle takes one event.
func (a *App) handle(ev tcell.Event) {
	switch ev := ev.(type) {
	case *tcell.EventResize:
		a.screen.Sync()
	case *tcell.EventPaste:
		a.pasting = ev.Start()
	case *tcell.EventKey:
		a.key(ev)
	}
}

// key takes one key: those that mean the same everywhere, and else the page does.
func (a *App) key(ev *tcell.EventKey) {
	if a.pasting { // it is text, and presses nothing
		_, line := a.top().body.(*input)
		_, lines := a.top().body.(*editor)
		text := ev.Key() == tcell.KeyRune || lines && ev.Key() == tcell.KeyEnter
		if a.top().onBar || !text || !line && !lines {
			return
		}
	}
	switch {
	case ev.Key() == tcell.KeyCtrlC && a.busy != nil:
		a.stop()
	case ev.Key() == tcell.KeyCtrlC:
		a.over = true
	case ev.Key() == tcell.KeyCtrlQ, ev.Key() == tcell.KeyF10:
		a.leave()
	case ev.Key() == tcell.KeyCtrlL:
		a.screen.Sync()
	case ev.Key() == tcell.KeyF1:
		a.help()
	case ev.Key() == tcell.KeyF2:
		a.letters(arrange.Theirs - a.mode)
	case ev.Key() == tcell.KeyF3:
		a.otherLanguage()
	default:
		a.top().key(ev, a.words.direction)
	}
}

// letters says who arranges Arabic, and tells the terminal if it can be told: some turn
// lines around unless they are asked not to (ECMA-48, BDSM).
func (a *App) letters(mode arrange.Mode) {
	a.mode = mode
	for _, p := range a.stack {
		if b, ok := p.body.(*pager); ok {
			b.laid = nil
		}
	}
	if tty, ok := a.screen.Tty(); ok && tty != nil {
		order := "\x1b[8l"
		if mode == arrange.Theirs {
			order = "\x1b[8h"
		}
		tty.Write([]byte(order))
	}
}

// end leaves nothing of what was shown: neither on the screen nor in what can be scrolled
// back to, where a terminal has no second screen.
func (a *App) end() {
	a.stop()
	if a.busy != nil {
		select {
		case <-a.busy.done:
		case <-time.After(20 * time.Second):
		}
	}
	for _, p := range a.stack {
		if i, ok := p.body.(*input); ok && i.secret {
			i.forget()
		}
	}
	a.screen.Clear()
	a.screen.Show()
	if tty, ok := a.screen.Tty(); ok && tty != nil {
		tty.Write([]byte("\x1b[8h\x1b[H\x1b[2J\x1b[3J"))
	}
	a.screen.Fini()
}

// broken returns the error about a defect. What was at fault may be a source's words:
// only what the language itself says of it is shown.
func broken(r any) error {
	if e, ok := r.(runtime.Error); ok {
		return fmt.Errorf("a defect in this program: %s", e.Error())
	}
	return fmt.Errorf("a defect in this program (%T)", r)
}

func (a *App) top() *page { return a.stack[len(a.stack)-1] }

func (a *App) push(p *page) { a.stack = append(a.stack, p) }

// pop leaves a page.
func (a *App) pop() {
	if len(a.stack) > 1 {
		a.stack = a.stack[:len(a.stack)-1]
	}
}

// home goes back to the first page of the open workspace.
func (a *App) home() {
	a.stack = a.stack[:0]
	a.push(a.homePage())
}
