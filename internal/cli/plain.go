package cli

import (
	"fmt"
	"strings"
	"unicode"
)

// Plain returns s with every character that a terminal would obey, or that would
// turn the order of others, spelled out. Names of files and whatever comes from a
// stick pass through it before they are shown.
func Plain(s string) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			out.WriteRune(r)
		default:
			fmt.Fprintf(&out, "\\u%04x", r)
		}
	}
	return out.String()
}

// OneLine is [Plain] for what must stay in its line: an end of a line is spelled out too, so
// that nothing in it can be taken for a line of ours.
func OneLine(s string) string { return strings.ReplaceAll(Plain(s), "\n", `\u000a`) }
