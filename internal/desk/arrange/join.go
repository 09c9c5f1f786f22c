package arrange

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// forms are the shapes of a letter: alone, at the end, at the beginning, in the middle.
// A letter of two joins only with the one before it.
type forms []rune

// shapes has the forms of Arabic, Persian and Kurdish letters, as far as Unicode has
// characters for them (the presentation forms); ligatures has those of lam with alef.
var shapes, ligatures = tables()

// tables derives the forms from Unicode: the shapes of a letter stand one behind the
// other there, in the order of [forms], and each decomposes to the letter.
func tables() (map[rune]forms, map[string]forms) {
	letters, pairs := map[rune]forms{}, map[string]forms{}
	var last string
	for _, block := range [][2]rune{{0xfb50, 0xfbb1}, {0xfbd3, 0xfbe7}, {0xfbfc, 0xfbff}, {0xfe80, 0xfefc}} {
		last = ""
		for r := block[0]; r <= block[1]; r++ {
			whole := norm.NFKC.String(string(r))
			letter, size := utf8.DecodeRuneInString(whole)
			switch {
			case whole == string(r): // a mark of its own
			case size == len(whole):
				if whole == last || letters[letter] == nil {
					letters[letter] = append(letters[letter], r)
				}
			case strings.HasPrefix(whole, "ل"):
				pairs[whole] = append(pairs[whole], r)
			}
			last = whole
		}
	}
	return letters, pairs
}

const (
	lam    = 'ل'
	tatwil = 'ـ'
	apart  = '\u200c' // a sign that two letters do not join
)

// join gives letters the shapes that they have beside their neighbours, and makes one
// character of lam and alef.
func join(cells []Cell) []Cell {
	out := cells[:0:0]
	before := false // whether the last letter joins with what follows
	for i := 0; i < len(cells); i++ {
		c := cells[i]
		r, size := utf8.DecodeRuneInString(c.Text)
		marks := strings.Trim(c.Text[size:], string(apart))
		shape := shapes[r]
		if i+1 < len(cells) && r == lam && !strings.ContainsRune(c.Text, apart) {
			alef, n := utf8.DecodeRuneInString(cells[i+1].Text)
			if pair := ligatures[string([]rune{lam, alef})]; len(pair) == 2 {
				c.Text = string(pair[index(before, false)]) + marks + cells[i+1].Text[n:]
				out, before = append(out, c), false
				i++
				continue
			}
		}
		after := i+1 < len(cells) && takes(cells[i+1].Text) && !strings.ContainsRune(c.Text, apart)
		switch {
		case len(shape) >= 4:
			c.Text = string(shape[index(before, after)]) + marks
			before = after
		case len(shape) >= 2:
			c.Text = string(shape[index(before, false)]) + marks
			before = false
		case r == tatwil:
			before = true
		default:
			before = false
		}
		out = append(out, c)
	}
	return out
}

// takes reports whether what begins a text joins with the letter before it.
func takes(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return len(shapes[r]) >= 2 || r == tatwil
}

func index(before, after bool) int {
	n := 0
	if before {
		n++
	}
	if after {
		n += 2
	}
	return n
}
