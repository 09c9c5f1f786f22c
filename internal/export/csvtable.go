package export

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"amana/internal/spreadsheet"
)

// table writes rows of CSV as RFC 4180 has it, UTF-8 with a byte order mark, every cell
// in quotes and made harmless by [spreadsheet.Cell].
type table struct {
	w       *bufio.Writer
	columns int
}

func newTable(w io.Writer, bom bool, header ...string) (*table, error) {
	t := &table{w: bufio.NewWriterSize(w, 64<<10), columns: len(header)}
	if bom {
		t.w.WriteString("\ufeff")
	}
	return t, t.row(header...)
}

// row writes one row.
func (t *table) row(cells ...string) error {
	if len(cells) != t.columns {
		return fmt.Errorf("a row has %d cells and not %d", len(cells), t.columns)
	}
	for i, cell := range cells {
		if i > 0 {
			t.w.WriteByte(',')
		}
		t.w.WriteByte('"')
		t.w.WriteString(strings.ReplaceAll(spreadsheet.Cell(cell), `"`, `""`))
		t.w.WriteByte('"')
	}
	_, err := t.w.WriteString("\r\n")
	return err
}

func (t *table) flush() error { return t.w.Flush() }
