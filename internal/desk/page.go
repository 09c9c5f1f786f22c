//go:build tcell_minimal

package desk

import (
	"slices"

	"amana/internal/desk/arrange"

	"github.com/gdamore/tcell/v2"
)

// page is one screen: what it says, what can be chosen or typed, and what it offers.
type page struct {
	name  string   // of its words: NAME.title and NAME.says
	pairs []any    // what stands for the names in its words
	body  body     // may be nil
	bar   []button // below the body
	onBar bool     // the keys go to the bar
	at    int      // the button
	step  string   // the command line that does the same
	leave func()   // for Esc; nil where there is no way back
}

// body is the large part of a page.
type body interface {
	draw(c canvas, on bool)
	// key takes a key, or says that it has no use for it.
	key(ev *tcell.EventKey) bool
	// hints returns keys of the catalog that say what its keys are.
	hints() []string
	// typed tells whether letters and Tab are the body's before anybody's.
	typed() bool
}

// button is something that a page offers.
type button struct {
	word string // a key of the catalog
	do   func()
}

// The least that a page can be drawn on.
const (
	leastColumns = 40
	leastRows    = 14
)

// draw draws a page on the whole screen: again if only then it is known which keys it has.
func (a *App) draw() {
	keys := a.keys(a.top())
	a.paint()
	if !slices.Equal(keys, a.keys(a.top())) {
		a.paint()
	}
	a.screen.Show()
}

func (a *App) paint() {
	s := a.screen
	s.Clear()
	s.HideCursor()
	w, h := s.Size()
	c := canvas{s, 0, 0, w, h, a.words.direction, a.mode, a.plain}
	if w < leastColumns || h < leastRows {
		c.text(a.words.say("small", "columns", leastColumns, "rows", leastRows), c.style(Normal))
		return
	}
	p := a.top()
	reverse := tcell.StyleDefault.Reverse(true)
	c.fill(0, reverse)
	c.put(0, " "+arrange.Clean(a.words.say(p.name+".title", p.pairs...)), c.side, 0, reverse.Bold(true))
	name := cut(arrange.Clean(a.workspace), w/3) + " "
	other := arrange.RightToLeft - c.side
	c.put(0, name, arrange.LeftToRight, map[arrange.Direction]int{arrange.LeftToRight: 0, arrange.RightToLeft: w - arrange.Width(name)}[other], reverse)
	inside := canvas{s, 2, 2, w - 4, h - 2, c.side, c.mode, c.plain}
	rows := 0
	if says := a.words.say(p.name+".says", p.pairs...); says != "" {
		rows = inside.text(says, inside.style(Normal)) + 1
	}
	foot := a.foot(p, c)
	end := inside.h - foot
	if bar := a.barRows(p, inside); len(bar) > 0 {
		end -= len(bar) + 1
		a.drawBar(p, bar, inside.below(end))
	}
	if p.body != nil {
		b := inside.below(rows)
		b.h = max(0, end-rows-1)
		p.body.draw(b, !p.onBar)
	}
}

// foot draws the command line and the keys at the bottom and returns how many rows they
// took.
func (a *App) foot(p *page, c canvas) int {
	lines := a.keyLines(p, c.w-2)
	y := c.h - len(lines)
	for i, line := range lines {
		c.fill(y+i, tcell.StyleDefault.Reverse(true))
		c.parts(y+i, line, 1, tcell.StyleDefault.Reverse(true))
	}
	if p.step == "" {
		return len(lines)
	}
	inside := canvas{c.screen, 2, 0, c.w - 4, c.h, c.side, c.mode, c.plain}
	command := arrange.Wrap(arrange.Clean(p.step), inside.w)
	if len(command) > 2 {
		command = []string{command[0], cut(command[1]+command[2], inside.w)}
	}
	y -= len(command)
	for i, line := range command {
		inside.put(y+i, line, arrange.LeftToRight, 0, c.style(Faint))
	}
	y--
	inside.put(y, a.words.say("command"), c.side, 0, c.style(Faint))
	return c.h - y
}

// keys returns the words in the catalog for the keys of a page.
func (a *App) keys(p *page) []string {
	var hints []string
	if p.body != nil && !p.onBar {
		hints = p.body.hints()
	}
	if len(p.bar) > 0 {
		switch {
		case p.onBar && p.body != nil:
			hints = append(hints, "key.press", "key.tabback")
		case p.body != nil && p.body.typed():
			hints = append(hints, "key.tab")
		case len(p.bar) > 1:
			hints = append(hints, "key.press", "key.sides")
		default:
			hints = append(hints, "key.press")
		}
	}
	if _, waits := p.body.(*bar); p.leave != nil && !waits {
		hints = append(hints, "key.back")
	}
	hints = append(hints, "key.help", "key.language", "key.letters", "key.quit")
	return hints
}

// keyLines fills rows of a width with what the keys of a page are.
func (a *App) keyLines(p *page, width int) []string {
	var lines []string
	line := ""
	for _, hint := range a.keys(p) {
		word := a.words.say(hint)
		if line != "" && arrange.Width(line+separator+word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += separator
		}
		line += word
	}
	return append(lines, line)
}

// barRows returns the buttons of a page in rows that fit: the places of those that begin
// each.
func (a *App) barRows(p *page, c canvas) (starts []int) {
	width := 0
	for i, b := range p.bar {
		w := arrange.Width(arrange.Clean(a.words.say(b.word))) + 6
		if i == 0 || width+w > c.w+2 {
			starts, width = append(starts, i), 0
		}
		width += w
	}
	return starts
}

// drawBar draws the buttons.
func (a *App) drawBar(p *page, starts []int, c canvas) {
	row, indent := -1, 0
	for i, b := range p.bar {
		if row+1 < len(starts) && starts[row+1] == i {
			row, indent = row+1, 0
		}
		word := "[ " + arrange.Clean(a.words.say(b.word)) + " ]"
		style := c.style(Normal)
		if i == p.at && (p.onBar || p.body == nil || !p.body.typed()) {
			style = style.Reverse(true)
			word = "[>" + word[2:len(word)-2] + "<]"
		}
		cells := c.put(row, word, c.side, indent, style)
		indent += arrange.Columns(cells) + 2
	}
}

// key gives a key to a page.
func (p *page) key(ev *tcell.EventKey, side arrange.Direction) {
	switch {
	case ev.Key() == tcell.KeyEscape:
		if p.leave != nil {
			p.leave()
		}
		return
	case (ev.Key() == tcell.KeyTab || ev.Key() == tcell.KeyBacktab) && len(p.bar) > 0 && p.body != nil && p.body.typed():
		p.onBar = !p.onBar
		return
	case !p.onBar && p.body != nil && p.body.key(ev):
		return
	case len(p.bar) == 0 || !p.onBar && p.body != nil && p.body.typed():
		return
	}
	next, last := tcell.KeyRight, tcell.KeyLeft
	if side == arrange.RightToLeft {
		next, last = last, next
	}
	switch ev.Key() {
	case next, tcell.KeyTab:
		p.at = (p.at + 1) % len(p.bar)
	case last, tcell.KeyBacktab:
		p.at = (p.at + len(p.bar) - 1) % len(p.bar)
	case tcell.KeyEnter:
		p.bar[p.at].do()
	}
}
