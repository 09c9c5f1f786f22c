package export

import (
	"fmt"
	"strings"

	"amana/internal/spreadsheet"
)

func orUnknown(s string) string {
	if s == "" {
		return "?"
	}
	return s
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Plain returns a text without what changes how others are read: control characters
// but line ends, and marks that turn around what stands beside them, spelled out.
func Plain(s string) string {
	if !strings.ContainsFunc(s, spreadsheet.Turns) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t':
			b.WriteByte(' ')
		case r == '\r':
		case spreadsheet.Turns(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
