package charts

import (
	"fmt"
	"html"
	"strconv"
	"strings"

	"amana/internal/tables"
)

// point is a row of a line: the months that it is about, counted from January of the
// year 0.
type point struct {
	from, to int
	row      int
}

// points returns the rows that are about a known time.
func points(t *tables.Table) []point {
	var all []point
	for r, l := range t.Rows {
		year, err := strconv.Atoi(l.Code[:min(4, len(l.Code))])
		if err != nil {
			continue
		}
		from := 12 * year
		rest := strings.TrimPrefix(l.Code[4:], "-")
		switch {
		case rest == "":
			all = append(all, point{from, from + 11, r})
		case rest[0] == 'Q':
			from += 3 * int(rest[1]-'1')
			all = append(all, point{from, from + 2, r})
		default:
			if month, err := strconv.Atoi(rest); err == nil {
				all = append(all, point{from + month - 1, from + month - 1, r})
			}
		}
	}
	return all
}

// line draws counts over months. A quarter or a year whose cases stand together is a
// dashed line as long as it; a month that is suppressed is a gap.
func (p *picture) line() {
	t := p.t
	const left, right, top, bottom = 50.0, 880.0, 190.0, 420.0
	p.head()
	p.height = 470
	all := points(t)
	if len(all) == 0 {
		return
	}
	first, last := all[0].from, all[0].to
	var numbers []int
	for _, q := range all {
		first, last = min(first, q.from), max(last, q.to)
		numbers = append(numbers, shownNumber(t.Cells[q.row][0]))
	}
	high := scale(numbers)
	at := func(month float64) float64 {
		return left + (right-left)*(month-float64(first))/float64(last-first+1)
	}
	level := func(n int) float64 { return bottom - (bottom-top)*float64(n)/float64(high) }
	p.stroke(left, bottom, right, bottom, `stroke="#222"`)
	p.stroke(left, bottom, left, top, `stroke="#222"`)
	p.text(left-6, level(high)+4, "end", p.number(high))
	p.text(left-6, bottom+4, "end", p.number(0))
	for m := first; m <= last; m++ {
		if m%12 == 0 {
			p.stroke(at(float64(m)), bottom, at(float64(m)), bottom+6, `stroke="#222"`)
			p.text(at(float64(m)+6), bottom+20, "middle", p.number(m/12))
		}
	}
	p.marks(first, last, top, bottom, at)
	var before *point
	for i := range all {
		q := &all[i]
		cell := t.Cells[q.row][0]
		if !cell.Shown() {
			before = nil
			continue
		}
		y := level(cell.Value)
		if q.from != q.to {
			p.stroke(at(float64(q.from)), y, at(float64(q.to+1)), y, `stroke="#7a1f2b" stroke-width="2" stroke-dasharray="6 3"`)
			continue
		}
		d := at(float64(q.from) + 0.5)
		if before != nil && before.to == q.from-1 {
			p.stroke(at(float64(before.from)+0.5), level(t.Cells[before.row][0].Value), d, y, `stroke="#1f3a5f" stroke-width="2"`)
		}
		fmt.Fprintf(&p.body, `<circle cx="%.1f" cy="%.1f" r="2.5" fill="#1f3a5f">`, p.x(d), y)
		p.title(t.Rows[q.row].Say(p.lang) + ": " + cell.Say(p.lang))
		p.body.WriteString("</circle>\n")
		before = q
	}
	legend := tables.Text{AR: "الخط المتقطّع: ربع أو سنة معًا. الخطوط العمودية: المراسيم.", EN: "Dashed: a quarter or a year together. Upright lines: the decrees."}
	p.text(left, bottom+42, "start", legend.In(p.lang))
}

// marks draws the decrees that were issued in the months of the line.
func (p *picture) marks(first, last int, top, bottom float64, at func(float64) float64) {
	for _, m := range p.t.Marks {
		year, err1 := strconv.Atoi(m.Month[:4])
		month, err2 := strconv.Atoi(m.Month[5:7])
		n := 12*year + month - 1
		if err1 != nil || err2 != nil || n < first || n > last {
			continue
		}
		d := at(float64(n) + 0.5)
		fmt.Fprintf(&p.body, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#888" stroke-dasharray="2 3"><title>%s</title></line>`+"\n",
			p.x(d), bottom, p.x(d), top-4, html.EscapeString(m.Say(p.lang)))
		p.turned(d, top-8, m.Say(p.lang))
	}
}
