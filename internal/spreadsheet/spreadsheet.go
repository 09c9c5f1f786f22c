// Package spreadsheet makes what sources wrote harmless in a cell of a spreadsheet. It is
// pure computation.
package spreadsheet

import (
	"fmt"
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
	if strings.ContainsFunc(s, Turns) {
		var b strings.Builder
		for _, r := range s {
			if Turns(r) {
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

// Turns tells whether a character changes how others are read, and is not seen itself.
func Turns(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r != '\n' && unicode.IsControl(r)
}
