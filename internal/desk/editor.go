//go:build tcell_minimal

package desk

import (
	"slices"
	"unicode"

	"amana/internal/desk/arrange"

	"github.com/gdamore/tcell/v2"
)

// maxEditor bounds a text that is typed, in characters. What may be sent is less.
const maxEditor = 50_000

// editor is a body of several lines to type.
type editor struct {
	text  []rune
	at    int // the place in text before which is typed
	top   int
	page  int
	width int
	lines []arrange.Span // as drawn last
	side  arrange.Direction
}

func newEditor(text string) *editor {
	return &editor{text: []rune(text), at: len([]rune(text)), page: 1, width: 70, lines: arrange.Breaks(text, 70)}
}

func (e *editor) typed() bool { return true }

func (e *editor) hints() []string { return []string{"key.write"} }

// line returns the line that the place is in.
func (e *editor) line() int {
	for i := len(e.lines) - 1; i > 0; i-- {
		if e.lines[i].At <= e.at {
			return i
		}
	}
	return 0
}

func (e *editor) draw(c canvas, on bool) {
	e.side, e.width = c.side, c.w-1
	e.lines = arrange.Breaks(string(e.text), e.width)
	row := e.line()
	e.page = max(1, c.h-1)
	e.top = max(min(e.top, row), row-c.h+1)
	for i := e.top; i < len(e.lines) && i < e.top+c.h; i++ {
		l := e.lines[i]
		side := e.sideOf(i)
		cells := c.put(i-e.top, l.Text, side, 0, tcell.StyleDefault)
		if i == row && on {
			c.screen.ShowCursor(c.cursor(cells, side, e.at-l.At), c.y+i-e.top)
		}
	}
	c.edge(e.top > 0, e.top+c.h < len(e.lines))
}

// sideOf returns where a line begins: by its paragraph's first letter.
func (e *editor) sideOf(i int) arrange.Direction {
	start := e.lines[i].At
	for start > 0 && e.text[start-1] != '\n' {
		start--
	}
	end := start
	for end < len(e.text) && e.text[end] != '\n' {
		end++
	}
	return arrange.Of(string(e.text[start:end]), e.side)
}

// cursor returns the column of the character at a place of a line, or of the room
// behind the last.
func (c canvas) cursor(cells []arrange.Cell, side arrange.Direction, at int) int {
	x := c.start(cells, side, 0)
	best, column := -1, x+arrange.Columns(cells)
	if side == arrange.RightToLeft {
		column = x - 1
	}
	last := 0
	for _, cell := range cells {
		last = max(last, cell.At)
	}
	for _, cell := range cells {
		if cell.At <= at && cell.At > best && (at <= last || cell.At == at) {
			best, column = cell.At, x
		}
		x += cell.Width
	}
	return max(c.x, min(column, c.x+c.w-1))
}

// move goes up or down by lines and keeps the place in the line.
func (e *editor) move(by int) {
	row := e.line()
	column := e.at - e.lines[row].At
	to := max(0, min(row+by, len(e.lines)-1))
	end := len([]rune(e.lines[to].Text))
	if to+1 < len(e.lines) && e.lines[to+1].At == e.lines[to].At+end { // it goes on in the next
		end--
	}
	e.at = e.lines[to].At + min(column, max(0, end))
}

func (e *editor) key(ev *tcell.EventKey) bool {
	row := e.line()
	forward := 1
	if row < len(e.lines) && e.sideOf(row) == arrange.RightToLeft {
		forward = -1
	}
	switch ev.Key() {
	case tcell.KeyRight:
		e.step(forward)
	case tcell.KeyLeft:
		e.step(-forward)
	case tcell.KeyUp:
		e.move(-1)
	case tcell.KeyDown:
		e.move(1)
	case tcell.KeyPgUp:
		e.move(-e.page)
	case tcell.KeyPgDn:
		e.move(e.page)
	case tcell.KeyHome:
		e.at = e.lines[row].At
	case tcell.KeyEnd:
		for e.at < len(e.text) && e.text[e.at] != '\n' {
			e.at++
		}
	case tcell.KeyBackspace, tcell.KeyBackspace2:
		if e.at > 0 {
			e.text = slices.Delete(e.text, e.at-1, e.at)
			e.at--
		}
	case tcell.KeyDelete:
		if e.at < len(e.text) {
			e.text = slices.Delete(e.text, e.at, e.at+1)
		}
	case tcell.KeyEnter:
		e.insert('\n')
	case tcell.KeyRune:
		e.insert(ev.Rune())
	default:
		return false
	}
	e.lines = arrange.Breaks(string(e.text), e.width)
	return true
}

// step goes over a character with its marks.
func (e *editor) step(by int) {
	e.at = max(0, min(e.at+by, len(e.text)))
	for e.at > 0 && e.at < len(e.text) && unicode.Is(unicode.M, e.text[e.at]) {
		e.at += by
	}
}

// insert takes what a text may hold: no control, and nothing that turns text.
func (e *editor) insert(r rune) {
	if len(e.text) < maxEditor && (r == '\n' || r == '\u200c' || unicode.IsPrint(r)) {
		e.text = slices.Insert(e.text, e.at, r)
		e.at++
	}
}
