package arrange

import (
	"slices"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// Of returns where a text begins: by its first letter, or as the language of the
// screen if it has none.
func Of(text string, otherwise Direction) Direction {
	for _, r := range text {
		p, _ := bidi.LookupRune(r)
		switch p.Class() {
		case bidi.L:
			return LeftToRight
		case bidi.R, bidi.AL:
			return RightToLeft
		}
	}
	return otherwise
}

// reorder returns cells as they are seen from left to right: the Unicode Bidirectional
// Algorithm for a line without embeddings (there are none: [Clean] spells them out), and
// without the pairing of brackets. In one thing it differs: a hyphen between numbers keeps
// them in order behind Arabic letters too, so that 2026-11-22 never reads as 22-11-2026.
func reorder(cells []Cell, base Direction) []Cell {
	levels := levelsOf(cells, base)
	highest := 0
	for i, l := range levels {
		highest = max(highest, l)
		if l%2 == 1 {
			cells[i].Text = mirrored(cells[i].Text)
		}
	}
	for level := highest; level > 0; level-- { // L2
		for i := 0; i < len(cells); i++ {
			end := i
			for end < len(cells) && levels[end] >= level {
				end++
			}
			if end > i {
				slices.Reverse(cells[i:end])
				slices.Reverse(levels[i:end])
				i = end
			}
		}
	}
	return cells
}

// levelsOf returns the level of each cell; odd ones run from right to left.
func levelsOf(cells []Cell, base Direction) []int {
	classes := make([]bidi.Class, len(cells))
	for i, c := range cells {
		r, _ := utf8.DecodeRuneInString(c.Text)
		p, _ := bidi.LookupRune(r)
		classes[i] = p.Class()
	}
	side := bidi.L
	if base == RightToLeft {
		side = bidi.R
	}
	weak(classes, side)
	neutral(classes, side)
	levels := make([]int, len(cells))
	for i, c := range classes {
		levels[i] = int(base)
		switch {
		case base == LeftToRight && c == bidi.R, base == RightToLeft && c != bidi.R:
			levels[i]++
		case base == LeftToRight && c != bidi.L:
			levels[i] += 2
		}
	}
	for i := len(cells) - 1; i >= 0 && cells[i].Text == " "; i-- { // L1
		levels[i] = int(base)
	}
	return levels
}

// weak resolves numbers and what stands with them (rules W1 to W7).
func weak(c []bidi.Class, side bidi.Class) {
	before, strong := side, side
	for i := range c {
		switch {
		case c[i] == bidi.NSM: // W1
			c[i] = before
		case c[i] == bidi.EN && strong == bidi.AL: // W2
			c[i] = bidi.AN
		}
		if c[i] == bidi.L || c[i] == bidi.R || c[i] == bidi.AL {
			strong = c[i]
		}
		before = c[i]
	}
	for i := range c { // W3, W4
		switch {
		case c[i] == bidi.AL:
			c[i] = bidi.R
		case i == 0 || i == len(c)-1 || c[i-1] != c[i+1]:
		case (c[i] == bidi.CS || c[i] == bidi.ES) && (c[i-1] == bidi.EN || c[i-1] == bidi.AN):
			c[i] = c[i-1]
		}
	}
	for i := 0; i < len(c); i++ { // W5
		end := i
		for end < len(c) && c[end] == bidi.ET {
			end++
		}
		if end > i && (i > 0 && c[i-1] == bidi.EN || end < len(c) && c[end] == bidi.EN) {
			for ; i < end; i++ {
				c[i] = bidi.EN
			}
		}
		i = max(i, end-1)
	}
	strong = side
	for i := range c { // W6, W7
		switch c[i] {
		case bidi.L, bidi.R:
			strong = c[i]
		case bidi.EN:
			if strong == bidi.L {
				c[i] = bidi.L
			}
		case bidi.AN:
		default:
			c[i] = bidi.ON
		}
	}
}

// neutral gives what has no direction that of its neighbours if they agree, and else
// that of the line (rules N1 and N2).
func neutral(c []bidi.Class, side bidi.Class) {
	of := func(i int) bidi.Class {
		switch {
		case i < 0 || i >= len(c):
			return side
		case c[i] == bidi.L:
			return bidi.L
		}
		return bidi.R // numbers count as right to left here
	}
	for i := 0; i < len(c); i++ {
		end := i
		for end < len(c) && c[end] == bidi.ON {
			end++
		}
		to := side
		if of(i-1) == of(end) {
			to = of(end)
		}
		for ; i < end; i++ {
			c[i] = to
		}
	}
}

const mirrors = "()[]{}<>«»‹›"

// mirrored returns the other bracket of a pair.
func mirrored(text string) string {
	pairs := []rune(mirrors)
	if i := slices.Index(pairs, []rune(text)[0]); i >= 0 {
		return string(pairs[i^1])
	}
	return text
}
