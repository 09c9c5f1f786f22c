// Package shallow refuses TOML that is nested so deep, or has keys of so many parts,
// that to decode it would take all memory: the decoder keeps each beginning of such a
// key, and a file of one megabyte would take gigabytes.
package shallow

import (
	"fmt"
	"strings"
)

// most is how deep arrays and inline tables may stand in one another, and how many dots
// a key may have.
const most = 32

// Check returns an error, with the line, for a text that is nested too deep. Whether it
// is TOML it does not say.
func Check(text string) error {
	line, depth, dots := 1, 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '\n':
			line++
			dots = 0
		case '=', ',':
			dots = 0
		case '.':
			dots++
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		case '#':
			i += max(0, strings.IndexByte(text[i:]+"\n", '\n')-1)
		case '"', '\'':
			end := skip(text[i:])
			line += strings.Count(text[i:i+end], "\n")
			i += end - 1
		}
		if depth > most || dots > most {
			return fmt.Errorf("line %d: it is nested too deep", line)
		}
	}
	return nil
}

// skip returns how long the string is with which text begins.
func skip(text string) int {
	quote := text[:1]
	ends := quote
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(text, triple) {
		ends = triple
	}
	for i := len(ends); i < len(text); i++ {
		switch {
		case quote == `"` && text[i] == '\\':
			i++
		case strings.HasPrefix(text[i:], ends):
			return i + len(ends)
		case len(ends) == 1 && text[i] == '\n':
			return i // not ended: the decoder says so
		}
	}
	return len(text)
}
