//go:build tcell_minimal

package desk

import (
	"amana/internal/desk/arrange"

	"github.com/gdamore/tcell/v2"
)

// row is one thing in a list.
type row struct {
	text   string
	detail string // below it; may be empty
	weight Weight
	pick   func() // nil: it is only there to be read
}

// list is a body of things to choose from.
type list struct {
	rows     []row
	at, top  int
	numbered bool
	own      bool // Tab leads to the bar
	page     int  // rows that were seen at once
}

// newList returns a list at its first thing that can be chosen.
func newList(rows ...row) *list {
	l := &list{rows: rows, own: true, page: 1}
	for l.at < len(rows)-1 && rows[l.at].pick == nil {
		l.at++
	}
	return l
}

func (l *list) typed() bool { return l.own }

func (l *list) hints() []string {
	if l.numbered {
		return []string{"key.choose", "key.numbers"}
	}
	return []string{"key.choose"}
}

// height returns how many rows of the screen a thing takes.
func (l *list) height(i int) int {
	if l.rows[i].detail != "" {
		return 2
	}
	return 1
}

func (l *list) draw(c canvas, on bool) {
	l.top = min(l.top, l.at)
	for rows := 0; ; l.top++ { // the chosen one is seen
		rows = 0
		for i := l.top; i <= l.at && i < len(l.rows); i++ {
			rows += l.height(i)
		}
		if rows <= c.h || l.top >= l.at {
			break
		}
	}
	y, i := 0, l.top
	for ; i < len(l.rows) && y+l.height(i) <= c.h; i++ {
		r := l.rows[i]
		mark, style := "  ", c.style(r.weight)
		if i == l.at && on {
			style, mark = style.Reverse(true), "> "
			if c.side == arrange.RightToLeft {
				mark = "< "
			}
		}
		text := r.text
		if l.numbered && i < 9 {
			text = string(rune('1'+i)) + "  " + text
		}
		c.put(y, mark, c.side, 0, style)
		c.parts(y, cut(arrange.Clean(text), c.w-2), 2, style)
		if r.detail != "" {
			c.parts(y+1, cut(arrange.Clean(r.detail), c.w-6), 5, c.style(Faint))
		}
		y += l.height(i)
	}
	l.page = max(1, i-l.top)
	if l.top > 0 || i < len(l.rows) {
		c.edge(l.top > 0, i < len(l.rows))
	}
}

// edge shows at the far side that there is more above and below.
func (c canvas) edge(above, below bool) {
	x := c.x + c.w + 1
	if c.side == arrange.RightToLeft {
		x = c.x - 2
	}
	if above {
		c.screen.Put(x, c.y, "↑", c.style(Strong))
	}
	if below {
		c.screen.Put(x, c.y+max(0, c.h-1), "↓", c.style(Strong))
	}
}

func (l *list) key(ev *tcell.EventKey) bool {
	last := len(l.rows) - 1
	switch ev.Key() {
	case tcell.KeyUp:
		l.at--
	case tcell.KeyDown:
		l.at++
	case tcell.KeyPgUp:
		l.at -= l.page
	case tcell.KeyPgDn:
		l.at += l.page
	case tcell.KeyHome:
		l.at = 0
	case tcell.KeyEnd:
		l.at = last
	case tcell.KeyEnter:
		if l.at <= last && l.rows[l.at].pick != nil {
			l.rows[l.at].pick()
		}
		return true
	case tcell.KeyRune:
		if n := digit(ev.Rune()); l.numbered && n > 0 && n <= len(l.rows) {
			l.at = n - 1
			l.rows[l.at].pick()
			return true
		}
		return false
	default:
		return false
	}
	l.at = max(0, min(l.at, last))
	return true
}

// digit reads a digit, as any keyboard of ours writes it, or returns -1.
func digit(r rune) int {
	for _, zero := range []rune{'0', '٠', '۰'} {
		if r >= zero && r <= zero+9 {
			return int(r - zero)
		}
	}
	return -1
}
