//go:build tcell_minimal

package desk

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/gdamore/tcell/v2"
)

// work is something that takes time, and goes on while the screen can be used to stop it.
type work struct {
	cancel   context.CancelFunc
	stopped  bool
	progress atomic.Pointer[Progress]
	done     chan struct{}
}

// do shows the page NAME while f runs, and then goes on with then, or shows what went
// wrong. Only the goroutine of f may touch what f writes until then runs.
func (a *App) do(name string, pairs []any, f func(ctx context.Context, report func(Progress)) error, then func()) {
	ctx, cancel := context.WithCancel(a.context)
	w := &work{cancel: cancel, done: make(chan struct{})}
	a.busy = w
	p := &page{name: name, pairs: pairs, body: &bar{app: a, work: w}, leave: a.stop}
	a.push(p)
	var err error
	go func() {
		func() {
			defer func() {
				if r := recover(); r != nil {
					err = broken(r)
				}
			}()
			err = f(ctx, func(p Progress) { w.progress.Store(&p) })
		}()
		close(w.done)
		select {
		case a.posted <- func() { a.finish(p, w, err, then) }:
		case <-a.context.Done():
		}
	}()
}

// finish goes on after work.
func (a *App) finish(p *page, w *work, err error, then func()) {
	w.cancel()
	a.busy = nil
	for i, other := range a.stack {
		if other == p {
			a.stack = append(a.stack[:i:i], a.stack[i+1:]...)
			break
		}
	}
	switch {
	case err == nil:
		then()
	case w.stopped:
		a.push(a.told("stopped"))
	default:
		a.push(a.problemPage(err))
	}
}

// stop stops what runs.
func (a *App) stop() {
	if a.busy != nil {
		a.busy.stopped = true
		a.busy.cancel()
	}
}

// bar is the body of a page that waits: how far the work has come.
type bar struct {
	app  *App
	work *work
}

func (b *bar) typed() bool { return true }

func (b *bar) hints() []string { return []string{"key.stop"} }

func (b *bar) key(*tcell.EventKey) bool { return false }

func (b *bar) draw(c canvas, _ bool) {
	say := b.app.words.say
	row := 0
	if p := b.work.progress.Load(); p != nil {
		width := min(c.w-8, 60)
		filled, percent := 0, 0
		if p.Total > 0 {
			filled = int(int64(width) * min(p.Done, p.Total) / p.Total)
			percent = int(100 * min(p.Done, p.Total) / p.Total)
		}
		line := make([]rune, width)
		for i := range line {
			line[i] = '░'
			if i < filled {
				line[i] = '█'
			}
		}
		c.put(0, string(line)+fmt.Sprintf(" %d%%", percent), c.side, 0, c.style(Strong))
		c.put(2, say("work.bytes", "done", b.app.words.size(p.Done), "total", b.app.words.size(p.Total)), c.side, 0, c.style(Normal))
		c.put(3, say("work.count", "count", p.Count, "of", p.Of), c.side, 0, c.style(Normal))
		row = 5
	}
	if b.work.stopped {
		c.below(row).text(say("work.stopping"), c.style(Strong))
	}
}

// told is a page that says something and goes back.
func (a *App) told(name string, pairs ...any) *page {
	return &page{name: name, pairs: pairs, leave: a.pop, bar: []button{{"do.goon", a.pop}}}
}

// problemPage says what went wrong, what to do, and below it what the command would say.
func (a *App) problemPage(err error) *page {
	p := problemOf(err)
	say := a.words.say
	lines := []Line{
		{Text: say("problem." + string(p.Kind)), Weight: Strong},
		{},
		{Text: say("advice." + string(p.Kind))},
		{},
		{Text: say("problem.exact"), Weight: Faint},
		{Text: p.Err.Error(), Weight: Faint, Indent: 2},
	}
	for _, hint := range p.Hints {
		lines = append(lines, Line{Text: hint, Weight: Faint, Indent: 2})
	}
	return &page{name: "problem", body: newPager(lines...), leave: a.pop, bar: []button{{"do.goon", a.pop}}}
}
