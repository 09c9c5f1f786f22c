// Package arrange lays text out in the cells of a terminal: Arabic joined and from
// right to left, Latin from left to right, and nothing that a terminal would obey.
//
// It is computation on strings: it may touch neither terminal, files, keys nor the
// network.
//
// Terminals differ. Most put characters down in the order they come and join no
// letters; for them the package does both ([Ours]). Some arrange each line themselves
// and would turn ours around again; they get the text as it is written ([Theirs]).
package arrange

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Mode says who arranges a line.
type Mode int

// The modes.
const (
	Ours   Mode = iota // the package: cells from left to right as they are seen
	Theirs             // the terminal: cells in the order they are written
)

// Direction is where a line begins.
type Direction int

// The directions.
const (
	LeftToRight Direction = iota
	RightToLeft
)

// Cell is what stands in one place: a character with the marks on it.
type Cell struct {
	Text  string
	Width int // columns: 1 or 2
	At    int // where it begins in the line as written, counted in runes
}

// maxMarks is how many marks may stand on a character; more only hide what is below.
const maxMarks = 4

// Clean returns s in one line or several without anything that a terminal would obey
// or that would turn the order of others: that is spelled out. A tab is spaces.
func Clean(s string) string {
	var out strings.Builder
	marks := 0
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		if unicode.Is(unicode.M, r) {
			if marks++; marks > maxMarks || out.Len() == 0 {
				continue
			}
		} else {
			marks = 0
		}
		switch {
		case r == '\t':
			out.WriteString("    ")
		case r == '\n' || r == '\u200c' || unicode.IsPrint(r): // Persian needs the joiner that joins not
			out.WriteRune(r)
		case r == '\r' || r == '\u200d' || r == '\ufeff': // of other systems, and of no width
		default:
			fmt.Fprintf(&out, "\\u%04x", r)
		}
	}
	return out.String()
}

// clusters returns the characters of a line as written.
func clusters(line string) []Cell {
	var cells []Cell
	at, state := 0, -1
	for len(line) > 0 {
		var text string
		var width int
		text, line, width, state = uniseg.FirstGraphemeClusterInString(line, state)
		runes := utf8.RuneCountInString(text)
		if width > 0 {
			cells = append(cells, Cell{text, min(width, 2), at})
		}
		at += runes
	}
	return cells
}

// Width returns how many columns a line has at most.
func Width(line string) int {
	n := 0
	for _, c := range clusters(line) {
		n += c.Width
	}
	return n
}

// Line returns the cells of one line of cleaned text, to be put down from left to
// right.
func Line(line string, base Direction, mode Mode) []Cell {
	cells := clusters(line)
	if mode == Theirs {
		return cells
	}
	cells = join(cells)
	return reorder(cells, base)
}

// Columns returns how many columns cells have.
func Columns(cells []Cell) int {
	n := 0
	for _, c := range cells {
		n += c.Width
	}
	return n
}

// Wrap cuts text into lines of at most width columns, between words where it can.
func Wrap(text string, width int) []string {
	var lines []string
	for _, s := range Breaks(text, width) {
		lines = append(lines, strings.TrimRight(s.Text, " "))
	}
	return lines
}

// Span is one line of a text and where it begins in it, counted in runes.
type Span struct {
	Text string
	At   int
}

// Breaks is Wrap that keeps the spaces at the ends of lines, so that every place in the
// text is in one of them. There is always one line.
func Breaks(text string, width int) []Span {
	width = max(width, 2)
	var lines []Span
	at := 0
	for _, paragraph := range strings.Split(text, "\n") {
		for _, line := range breakLine(paragraph, width) {
			lines = append(lines, Span{line, at})
			at += utf8.RuneCountInString(line)
		}
		at++ // the end of the line
	}
	return lines
}

func breakLine(s string, width int) []string {
	var lines []string
	start, space, n := 0, 0, 0 // bytes; bytes behind the last space; columns
	at, state, rest := 0, -1, s
	for len(rest) > 0 {
		var text string
		var w int
		text, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		for n+w > width && at > start && text != " " {
			cut := at
			if space > start {
				cut = space
			}
			lines = append(lines, s[start:cut])
			start = cut
			n = Width(s[start:at])
		}
		at += len(text)
		n += w
		if text == " " {
			space = at
		}
	}
	return append(lines, s[start:])
}
