//go:build tcell_minimal

package desk

import (
	"strings"

	"amana/internal/desk/arrange"

	"github.com/gdamore/tcell/v2"
)

// canvas is a part of the screen, and how text is put on it.
type canvas struct {
	screen     tcell.Screen
	x, y, w, h int
	side       arrange.Direction // of the interface
	mode       arrange.Mode
	plain      bool // no colours
}

func (c canvas) style(w Weight) tcell.Style {
	s := tcell.StyleDefault
	switch w {
	case Strong:
		return s.Bold(true)
	case Faint:
		return s.Dim(true)
	case Grave:
		if s = s.Bold(true); !c.plain {
			s = s.Foreground(tcell.ColorMaroon)
		}
	}
	return s
}

// below is the canvas without its first rows.
func (c canvas) below(rows int) canvas {
	c.y, c.h = c.y+rows, max(0, c.h-rows)
	return c
}

// put writes one line, which must fit and be clean, at the side where it begins. It
// returns where each of its cells stands.
func (c canvas) put(row int, line string, side arrange.Direction, indent int, style tcell.Style) []arrange.Cell {
	if row < 0 || row >= c.h {
		return nil
	}
	cells := arrange.Line(line, side, c.mode)
	x := c.start(cells, side, indent)
	for _, cell := range cells {
		if x >= c.x && x+cell.Width <= c.x+c.w {
			c.screen.Put(x, c.y+row, cell.Text, style)
		}
		x += cell.Width
	}
	return cells
}

// separator stands between the parts of a line that are read one after another.
const separator = " · "

// parts writes a line of parts: each is arranged by itself, so that a Latin one does not
// run together with the next, and they follow one another from the side of the interface.
func (c canvas) parts(row int, line string, indent int, style tcell.Style) {
	for i, part := range strings.Split(line, separator) {
		if i > 0 {
			indent += arrange.Columns(c.put(row, separator, c.side, indent, style))
		}
		indent += arrange.Columns(c.put(row, part, c.side, indent, style))
	}
}

// start returns the column of the first cell.
func (c canvas) start(cells []arrange.Cell, side arrange.Direction, indent int) int {
	if side == arrange.RightToLeft {
		return c.x + c.w - indent - arrange.Columns(cells)
	}
	return c.x + indent
}

// text writes a paragraph in the direction of the interface, or several, each in its own,
// and returns how many rows it took.
func (c canvas) text(s string, style tcell.Style) int {
	rows := 0
	paragraphs := strings.Split(arrange.Clean(s), "\n")
	for _, p := range paragraphs {
		side := c.side
		if len(paragraphs) > 1 {
			side = arrange.Of(p, c.side)
		}
		for _, line := range arrange.Wrap(p, c.w) {
			c.put(rows, line, side, 0, style)
			rows++
		}
	}
	return rows
}

// fill paints a row.
func (c canvas) fill(row int, style tcell.Style) {
	for x := c.x; x < c.x+c.w; x++ {
		c.screen.Put(x, c.y+row, " ", style)
	}
}

// cut shortens a line to a width.
func cut(line string, width int) string {
	if arrange.Width(line) <= width {
		return line
	}
	parts := arrange.Breaks(line, max(2, width-1))
	return parts[0].Text + "…"
}
