package tables

import (
	"fmt"
	"slices"

	"amana/internal/decrees"
)

// Working returns all tables with every count as it is: for the reviewers' own desk.
// Nothing of it may be given to others.
func (s *Set) Working() []*Table {
	s = s.whole()
	r := s.asIs()
	sheets, counts := s.count(r)
	all := s.tables(sheets, r, func(k string) Cell { return Cell{Value: counts[k]} }, 0)
	for _, t := range all {
		t.Working = true
	}
	return all
}

// tables turns sheets into tables, with each cell as it may be shown.
func (s *Set) tables(sheets []*sheet, r *recoding, cell func(key string) Cell, least int) []*Table {
	var all []*Table
	for _, t := range sheets {
		all = append(all, s.table(t, r, cell, least))
	}
	summary := s.summary(all, least)
	at := slices.IndexFunc(all, func(t *Table) bool { return t.ID == "duration_"+durations[0].id })
	return slices.Insert(all, at, summary)
}

func (s *Set) table(t *sheet, r *recoding, cell func(string) Cell, least int) *Table {
	a, n := s.attribute(t.define.rows)
	out := &Table{ID: t.define.id, Title: t.define.title, Note: t.define.note, RowHead: a.head, Chart: t.define.chart, Least: least,
		Rows: t.rows, Columns: t.columns, RowsOverlap: a.many && t.define.id != "missing"}
	if t.paired() {
		out.RowHead = Text{"المدة", "Duration"}
	}
	out.TotalRow, out.TotalColumn = t.totals()
	if len(t.define.columns) == 1 {
		b, _ := s.attribute(t.define.columns[0])
		out.ColumnHead = b.head
	}
	for _, keys := range t.keys {
		var cells []Cell
		for _, k := range keys {
			cells = append(cells, cell(k))
		}
		out.Cells = append(out.Cells, cells)
	}
	for _, row := range r.rows[n] {
		if row.Code == CodeRest {
			out.HiddenRows = len(row.members)
		}
	}
	if least == 0 {
		out.dropEmpty(a.merge == toRest || a.merge == toTime, len(t.define.columns) == 1 && t.define.columns[0] == "arrest_gov")
	}
	for _, cells := range out.Cells {
		for _, c := range cells {
			if c.State == Suppressed {
				out.SuppressedCells++
			}
		}
	}
	if t.define.chart == Line {
		out.Marks = marks()
	}
	return out
}

// dropEmpty leaves out the rows, and the columns, in which nobody stands.
func (t *Table) dropEmpty(rows, columns bool) {
	if rows {
		var labels []Label
		var cells [][]Cell
		for i, l := range t.Rows {
			if l.Code == CodeAll || l.Code == CodeUnknown || slices.ContainsFunc(t.Cells[i], func(c Cell) bool { return c.Value > 0 }) {
				labels, cells = append(labels, l), append(cells, t.Cells[i])
			}
		}
		t.Rows, t.Cells = labels, cells
	}
	if columns {
		var keep []int
		for c, l := range t.Columns {
			if l.Code == CodeAll || l.Code == CodeUnknown || slices.ContainsFunc(t.Cells, func(row []Cell) bool { return row[c].Value > 0 }) {
				keep = append(keep, c)
			}
		}
		t.Columns = pick(t.Columns, keep)
		for i := range t.Cells {
			t.Cells[i] = pick(t.Cells[i], keep)
		}
	}
}

func pick[T any](all []T, keep []int) []T {
	var few []T
	for _, i := range keep {
		few = append(few, all[i])
	}
	return few
}

// marks are the decrees, to be marked on a line over months.
func marks() []Mark {
	_, labels := decreeLabels()
	var all []Mark
	for _, d := range decrees.All() {
		l := labels[d.Code]
		l.Low = d.Low()
		all = append(all, Mark{Month: d.Issued[:7], Label: l})
	}
	return all
}

func decreeLabels() ([]Label, map[string]Label) {
	all := entries("decree")
	byCode := make(map[string]Label)
	for _, l := range all {
		byCode[l.Code] = l
	}
	return all, byCode
}

// The columns of the summary of durations.
var summaryColumns = []Label{
	label("used", "حالات عُرف تاريخاها", "Cases with both dates"), label("missing", "حالات ينقصها تاريخ", "Cases without"),
	label("q1_least", "الربع الأول، أقله", "First quartile, at the shortest"), label("q1_most", "الربع الأول، أطوله", "First quartile, at the longest"),
	label("median_least", "الوسيط، أقله", "Median, at the shortest"), label("median_most", "الوسيط، أطوله", "Median, at the longest"),
	label("q3_least", "الربع الثالث، أقله", "Third quartile, at the shortest"), label("q3_most", "الربع الثالث، أطوله", "Third quartile, at the longest"),
}

// summary is the table of medians and quartiles. For others it is read from the printed
// histograms and nothing else, so that it says nothing that they do not.
func (s *Set) summary(all []*Table, least int) *Table {
	t := &Table{ID: "durations", Title: Text{"المدد", "Durations"}, RowHead: Text{"المدة", "Duration"}, Columns: summaryColumns, Least: least,
		Note: Text{"لكل مدة حدّان لأن بعض التواريخ ناقصة. ولا يُذكر وسيط ولا ربع إن كانت الحالات أقل من عشرين.",
			"Each has two ends, because parts of some dates are not known. There is no median or quartile of fewer than twenty cases."}}
	if least == 0 {
		t.Note = Text{"بالأيام. لكل مدة حدّان لأن بعض التواريخ ناقصة.", "In days. Each has two ends, because parts of some dates are not known."}
	}
	for i := range durations {
		d := &durations[i]
		t.Rows = append(t.Rows, Label{Code: d.id, Text: d.head})
		from := all[slices.IndexFunc(all, func(t *Table) bool { return t.ID == "duration_"+d.id })]
		var cells []Cell
		if least == 0 {
			cells = exactly(s.spans[i], len(s.records))
		} else {
			cells = fromPrinted(from, least)
		}
		t.Cells = append(t.Cells, cells)
	}
	for _, cells := range t.Cells {
		for _, c := range cells {
			if c.State == Suppressed {
				t.SuppressedCells++
			}
		}
	}
	return t
}

// exactly returns the row of a working table: quartiles by the nearest rank, in days.
func exactly(spans []span, cases int) []Cell {
	cells := []Cell{{Value: len(spans)}, {Value: cases - len(spans)}}
	var ends [2][]int
	for _, s := range spans {
		ends[0], ends[1] = append(ends[0], int(s.least)), append(ends[1], int(s.most))
	}
	slices.Sort(ends[0])
	slices.Sort(ends[1])
	for _, quarter := range []int{1, 2, 3} {
		for _, days := range ends {
			if len(days) == 0 {
				cells = append(cells, Cell{State: Blank})
				continue
			}
			n := days[(quarter*len(days)+3)/4-1]
			cells = append(cells, Cell{Value: n, Words: Text{fmt.Sprintf("%d يومًا", n), fmt.Sprintf("%d days", n)}})
		}
	}
	return cells
}

// fromPrinted returns the row of a table for others, out of a printed histogram.
func fromPrinted(t *Table, least int) []Cell {
	last := len(t.Rows) - 1 // all cases; before it those without
	unknown, all := t.Cells[last-1][0], t.Cells[last][0]
	suppressed := Cell{State: Suppressed}
	cells := []Cell{suppressed, unknown}
	used := 0
	if unknown.Shown() && all.Shown() {
		used = max(0, all.Value-unknown.Value)
		if used == 0 || used >= least {
			cells[0] = Cell{Value: used}
		}
	}
	for _, quarter := range []int{1, 2, 3} {
		for c := range 2 {
			if used < 4*least {
				cells = append(cells, suppressed)
				continue
			}
			cells = append(cells, quartile(t, c, quarter, used))
		}
	}
	return cells
}

// quartile returns the classes in which a quartile can lie, by what is printed.
func quartile(t *Table, column, quarter, used int) Cell {
	rank := (quarter*used + 3) / 4
	bins := len(t.Rows) - 2
	first, last := -1, bins-1
	below, hidden := 0, used // cases surely below, and those that stand in suppressed classes
	for b := range bins {
		hidden -= t.Cells[b][column].Value
	}
	hidden = max(0, hidden)
	surely := 0
	for b := range bins {
		c := t.Cells[b][column]
		if c.State == Suppressed {
			below += hidden // it may hold all that is hidden
			hidden = 0
		} else {
			below += c.Value
			surely += c.Value
		}
		if first < 0 && below >= rank {
			first = b
		}
		if surely >= rank {
			last = b
			break
		}
	}
	if first < 0 {
		return Cell{State: Suppressed}
	}
	from, to := t.Rows[first].Text, t.Rows[last].Text
	if first == last {
		return Cell{Words: from}
	}
	return Cell{Words: Text{from.AR + "، أو حتى " + to.AR, from.EN + ", or up to " + to.EN}}
}
