package tables

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"amana/internal/spreadsheet"
)

// CSV writes the table with a line for each cell: codes, labels in both languages, the
// number, and how it is to be read. It is UTF-8 with a byte order mark, as spreadsheets
// want it, and no cell of it can be taken for a formula.
func (t *Table) CSV(w io.Writer) error {
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return fmt.Errorf("write table %s: %w", t.ID, err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	put := func(cells ...string) {
		for i := range cells {
			cells[i] = spreadsheet.Cell(cells[i])
		}
		out.Write(cells) // Error below returns what went wrong
	}
	put("table", "row", "row_ar", "row_en", "column", "column_ar", "column_en", "cases_at_least", "state", "reason")
	for r, cells := range t.Cells {
		for c, cell := range cells {
			row, column := t.Rows[r], t.Columns[c]
			put(t.ID, row.Code, row.AR, row.EN, column.Code, column.AR, column.EN, cell.number(), cell.state(t.Working), cell.why())
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write table %s: %w", t.ID, err)
	}
	return nil
}

func (c Cell) number() string {
	switch {
	case c.State == Suppressed || c.State == Blank:
		return ""
	case c.Words != Text{}:
		return c.Words.EN
	}
	return strconv.Itoa(c.Value)
}

func (c Cell) state(working bool) string {
	switch {
	case c.State == Suppressed:
		return "suppressed"
	case c.State == Revealed:
		return "revealed"
	case c.State == Blank:
		return "none"
	case working:
		return "working, not for others"
	}
	return ""
}

func (c Cell) why() string {
	if c.State != Revealed {
		return ""
	}
	return c.By + ": " + c.Why
}
