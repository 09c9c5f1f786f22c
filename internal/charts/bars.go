package charts

import (
	"amana/internal/tables"
)

// The places in a chart of bars.
const (
	labelWidth = 300.0
	barsEnd    = 840.0
	labelRunes = 46
)

// parts returns the columns that the bars are made of: all but the total, or the total
// if it is the only one.
func parts(t *tables.Table) []int {
	n := len(t.Columns)
	if t.TotalColumn {
		n--
	}
	var all []int
	for c := range max(n, 1) {
		all = append(all, c)
	}
	return all
}

// bars draws a bar for each row but the total. Columns stand in it one behind the other,
// or, where they do not add up, one below the other.
func (p *picture) bars() {
	t := p.t
	columns := parts(t)
	rows := len(t.Rows)
	if t.TotalRow {
		rows--
	}
	y := p.head()
	beside := len(columns) > 1 && !t.TotalColumn && t.ID != "missing"
	if len(columns) > 1 {
		y = p.legend(columns, y)
	}
	var sums []int
	for r := range rows {
		sum := 0
		for _, c := range columns {
			if n := shownNumber(t.Cells[r][c]); beside {
				sums = append(sums, n)
			} else {
				sum += n
			}
		}
		sums = append(sums, sum)
	}
	unit := (barsEnd - labelWidth - 60) / float64(scale(sums))
	for r := range rows {
		label := lines(t.Rows[r].Say(p.lang), labelRunes)
		height := float64(max(len(label)*15, 20))
		if beside {
			height = max(height, float64(len(columns)*16))
		}
		for i, line := range label {
			p.text(10, y+14+float64(15*i), "start", line)
		}
		p.bar(r, columns, y, unit, beside)
		y += height + 6
	}
	p.height = int(y) + 10
}

func (p *picture) bar(r int, columns []int, y, unit float64, beside bool) {
	t := p.t
	at, total, hidden := labelWidth, 0, false
	for i, c := range columns {
		cell := t.Cells[r][c]
		top := y
		if beside {
			at, top = labelWidth, y+float64(16*i)
		}
		if !cell.Shown() {
			hidden = hidden || cell.State == tables.Suppressed
			if beside {
				p.text(at+4, top+12, "start", cell.Say(p.lang))
			}
			continue
		}
		width := unit * float64(cell.Value)
		if cell.Value > 0 {
			p.rect(at, top+1, width, 14, shades[i%len(shades)], t.Rows[r].Say(p.lang)+" / "+t.Columns[c].Say(p.lang)+": "+cell.Say(p.lang))
		}
		at += width
		total += cell.Value
		if beside {
			p.text(at+4, top+12, "start", cell.Say(p.lang))
		}
	}
	if beside {
		return
	}
	// The number behind the bar is the one that the table prints for the row.
	said := p.number(total)
	switch {
	case t.TotalColumn:
		said = t.Cells[r][len(t.Columns)-1].Say(p.lang)
	case len(columns) == 1:
		said = t.Cells[r][columns[0]].Say(p.lang)
	case hidden:
		said = "–"
	}
	if hidden && said != "–" {
		said += " (–)" // not all of the bar is drawn
	}
	p.text(at+4, y+13, "start", said)
}

func shownNumber(c tables.Cell) int {
	if !c.Shown() {
		return 0
	}
	return c.Value
}

// legend names the columns, and returns where the drawing goes on.
func (p *picture) legend(columns []int, y float64) float64 {
	d := 10.0
	for i, c := range columns {
		label := p.t.Columns[c].Say(p.lang)
		width := 30 + 7*float64(len([]rune(label)))
		if d > 10 && d+width > float64(p.width) {
			d, y = 10, y+18
		}
		p.rect(d, y, 12, 12, shades[i%len(shades)], "")
		p.text(d+17, y+11, "start", label)
		d += width
	}
	return y + 26
}
