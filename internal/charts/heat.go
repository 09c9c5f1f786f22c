package charts

import (
	"fmt"

	"amana/internal/tables"
)

// heat draws a map of shades. A cell that is suppressed has the mark of the tables, on
// white.
func (p *picture) heat() {
	t := p.t
	y := p.head()
	rows, columns := len(t.Rows), len(t.Columns)
	if t.TotalRow {
		rows--
	}
	if t.TotalColumn {
		columns--
	}
	const label = 150.0
	width := (float64(p.width) - label - 20) / float64(max(columns, 1))
	var numbers []int
	for r := range rows {
		for c := range columns {
			numbers = append(numbers, shownNumber(t.Cells[r][c]))
		}
	}
	high := scale(numbers)
	y += 110
	for c := range columns {
		p.turned(label+width*(float64(c)+0.5), y-6, t.Columns[c].Say(p.lang))
	}
	for r := range rows {
		for i, line := range lines(t.Rows[r].Say(p.lang), 24) {
			if i < 2 {
				p.text(10, y+13+float64(12*i), "start", line)
			}
		}
		for c := range columns {
			cell := t.Cells[r][c]
			words := ""
			if cell.Shown() {
				words = t.Rows[r].Say(p.lang) + " / " + t.Columns[c].Say(p.lang) + ": " + cell.Say(p.lang)
			}
			p.rect(label+width*float64(c), y, width, 26, shade(cell, high), words)
			ink := ""
			if cell.Shown() && 2*cell.Value > high {
				ink = ` fill="#fff"`
			}
			fmt.Fprintf(&p.body, `<text x="%.1f" y="%.1f" text-anchor="middle" font-size="10"%s>%s</text>`+"\n",
				p.x(label+width*(float64(c)+0.5)), y+17, ink, cell.Say(p.lang))
		}
		y += 28
	}
	p.height = int(y) + 14
}

// shade returns a colour between white and dark blue.
func shade(c tables.Cell, high int) string {
	if !c.Shown() {
		return "#fff"
	}
	part := float64(c.Value) / float64(high)
	mix := func(from, to int) int { return from + int(part*float64(to-from)) }
	return fmt.Sprintf("#%02x%02x%02x", mix(255, 0x1f), mix(255, 0x3a), mix(255, 0x5f))
}
