// Package tables counts cases: every table and chart that reviewers look at, as
// docs/tables.md defines them, and what of it may be printed for others without
// betraying a small number.
//
// It sees facts, never a testimony, and is pure computation: it reads no workspace and
// writes no file. What it makes for others comes from [Set.Protect] alone.
package tables

// Text is words in the two languages of the reviewers.
type Text struct{ AR, EN string }

// In returns the words in a language, "ar" or "en".
func (t Text) In(lang string) string {
	if lang == "ar" {
		return t.AR
	}
	return t.EN
}

// Label names a row or a column.
type Label struct {
	Code string // stable: reveals and CSV name a cell by it
	Text
	Low bool // it stands in our lists from memory: a reader must be told
}

// State says how a cell is to be read.
type State int

// The states.
const (
	Exact      State = iota // the number of cases of which we know at least
	Suppressed              // not printed: it is small, or would betray one that is
	Revealed                // small, and printed for a signed reason
	Blank                   // there is nothing to count here
)

// Cell is one cell. Value is 0 unless the state is Exact or Revealed.
type Cell struct {
	State State
	Value int
	Words Text   // stands in place of the number where it is no count: "30 to 89 days"
	Why   string // for which reason it was revealed
	By    string // who signed that
}

// Shown tells whether the cell has a number.
func (c Cell) Shown() bool {
	return c.State != Suppressed && c.State != Blank && c.Words == Text{}
}

// Chart says how a table is best drawn.
type Chart string

// The charts.
const (
	Bars Chart = "bars" // a bar for each row, by its last column or its columns stacked
	Line Chart = "line" // a line over months
	Heat Chart = "heat" // a map of shades, rows by columns
	None Chart = ""     // the table alone
)

// Mark is a day to be marked on a line: a decree.
type Mark struct {
	Month string // "2018-10"
	Label
}

// Table is one table, as it may be shown to those it was made for.
type Table struct {
	ID              string
	Title, Note     Text
	RowHead         Text // what the rows are
	ColumnHead      Text // what the columns are; empty if there is one column
	Rows, Columns   []Label
	Cells           [][]Cell // by row and column
	Chart           Chart
	Marks           []Mark
	Working         bool // unsuppressed: for the reviewers' own desk and nobody else
	Least           int  // smaller counts are suppressed; 0 in a working table
	TotalRow        bool // the last row counts all the cases that the others count
	TotalColumn     bool // the last column counts all the cases of its row
	RowsOverlap     bool // one case may stand in several rows
	HiddenRows      int  // rows that stand together in the row "rest"
	SuppressedCells int
}

// Cell returns the cell of a row and a column by their codes; false if there is none.
func (t *Table) Cell(row, column string) (Cell, bool) {
	for r := range t.Rows {
		for c := range t.Columns {
			if t.Rows[r].Code == row && t.Columns[c].Code == column {
				return t.Cells[r][c], true
			}
		}
	}
	return Cell{}, false
}

// The codes of rows and columns that are in no list.
const (
	CodeAll     = "all"     // every case that the table is about
	CodeCases   = "cases"   // the column of counts, where it is the only one
	CodeUnknown = "unknown" // not answered, not known, or contradictory
	CodeRest    = "rest"    // rows that fewer than five cases stand in, together
)
