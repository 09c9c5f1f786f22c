package export

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
)

// A spreadsheet takes a cell that begins with one of these for a formula, which can
// send what stands in the next cell away: the plain signs, and those of full width that
// some programs take for them.
const formulas = "=+\\-@\uff1d\uff0b\uff0d\uff20"

// invisible stands before a sign and is not seen: spaces, marks of direction, joiners.
const invisible = `\s\x{00A0}\x{00AD}\x{061C}\x{200B}-\x{200F}\x{2028}\x{2029}\x{2060}\x{3000}\x{FEFF}"'`

// risky finds a sign at the beginning of a cell, or of what becomes a cell when a
// program splits lines at another separator than the comma.
var risky = regexp.MustCompile(`(^|[,;|\t\r\n])([` + invisible + `]*)([` + formulas + `])`)

// Cell returns a text as it may stand in a cell: no formula, no control character, and
// none of the characters that turn around what stands beside them, which are spelled
// out. Nothing else is changed.
func Cell(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	if strings.ContainsFunc(s, turns) {
		var b strings.Builder
		for _, r := range s {
			if turns(r) {
				fmt.Fprintf(&b, "[U+%04X]", r)
				continue
			}
			b.WriteRune(r)
		}
		s = b.String()
	}
	if strings.ContainsAny(s, "=+-@\uff1d\uff0b\uff0d\uff20") {
		s = risky.ReplaceAllString(s, "${1}${2}'${3}")
	}
	return s
}

// turns tells whether a character changes how others are read, and is not seen itself.
func turns(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r != '\n' && unicode.IsControl(r)
}

// table writes rows of CSV as RFC 4180 has it, UTF-8 with a byte order mark, every cell
// in quotes and made harmless by [Cell].
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
		t.w.WriteString(strings.ReplaceAll(Cell(cell), `"`, `""`))
		t.w.WriteByte('"')
	}
	_, err := t.w.WriteString("\r\n")
	return err
}

func (t *table) flush() error { return t.w.Flush() }
