//go:build tcell_minimal

package desk

import (
	"amana/internal/desk/arrange"

	"github.com/gdamore/tcell/v2"
)

// pager is a body of text to read.
type pager struct {
	lines []Line
	top   int
	seen  int // rows seen at once
	total int
	// laid are the lines as wrapped for a width.
	laid  []laid
	width int
}

// laid is one row of a pager.
type laid struct {
	text   string
	side   arrange.Direction
	weight Weight
	indent int
}

func newPager(lines ...Line) *pager { return &pager{lines: lines, seen: 1} }

func (p *pager) typed() bool { return false }

func (p *pager) hints() []string {
	if p.total <= p.seen {
		return nil
	}
	return []string{"key.scroll"}
}

func (p *pager) draw(c canvas, _ bool) {
	if p.width != c.w || len(p.laid) == 0 {
		p.lay(c)
	}
	p.seen, p.total = max(1, c.h), len(p.laid)
	p.scroll(0)
	end := min(len(p.laid), p.top+c.h)
	for i := p.top; i < end; i++ {
		l := p.laid[i]
		c.put(i-p.top, l.text, l.side, l.indent, c.style(l.weight))
	}
	c.edge(p.top > 0, end < len(p.laid))
}

// lay wraps the lines. What stands in another direction than the screen stands at its
// own side.
func (p *pager) lay(c canvas) {
	p.width, p.laid = c.w, nil
	for _, l := range p.lines {
		text := arrange.Clean(l.Text)
		side := arrange.Of(text, c.side)
		indent := min(l.Indent, c.w/4)
		for _, line := range arrange.Wrap(text, c.w-indent) {
			p.laid = append(p.laid, laid{line, side, l.Weight, indent})
		}
	}
}

func (p *pager) scroll(by int) { p.top = max(0, min(p.top+by, p.total-p.seen)) }

func (p *pager) key(ev *tcell.EventKey) bool {
	switch ev.Key() {
	case tcell.KeyUp:
		p.scroll(-1)
	case tcell.KeyDown:
		p.scroll(1)
	case tcell.KeyPgUp:
		p.scroll(1 - p.seen)
	case tcell.KeyPgDn:
		p.scroll(p.seen - 1)
	case tcell.KeyHome:
		p.scroll(-p.total)
	case tcell.KeyEnd:
		p.scroll(p.total)
	default:
		return ev.Key() == tcell.KeyRune && ev.Rune() == ' ' && p.space()
	}
	return true
}

func (p *pager) space() bool { p.scroll(p.seen - 1); return true }
