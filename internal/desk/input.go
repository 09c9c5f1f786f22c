//go:build tcell_minimal

package desk

import (
	"unicode/utf8"

	"amana/internal/desk/arrange"

	"github.com/gdamore/tcell/v2"
)

// maxInput bounds one typed line, in bytes.
const maxInput = 4 << 10

// input is a body of one line to type: a path, or a passphrase that is not shown.
type input struct {
	text   []byte // of room maxInput, so that it never moves and leaves copies
	secret bool
	done   func(text []byte) // the text is cleared when it returns, if it is secret
}

func newInput(text string, secret bool, done func([]byte)) *input {
	return &input{append(make([]byte, 0, maxInput), text...), secret, done}
}

func (i *input) typed() bool { return true }

func (i *input) hints() []string { return []string{"key.enter"} }

// forget clears what was typed, to the end of its room.
func (i *input) forget() {
	clear(i.text[:cap(i.text)])
	i.text = i.text[:0]
}

func (i *input) draw(c canvas, on bool) {
	line := string(i.text)
	if i.secret {
		line = "" // not even how much there is
		if len(i.text) > 0 {
			line = "•••"
		}
	}
	line = arrange.Clean(line)
	for arrange.Width(line) > c.w-4 { // the end is seen
		_, n := utf8.DecodeRuneInString(line)
		line = line[n:]
	}
	c.put(0, "> "+line, arrange.LeftToRight, 0, c.style(Strong))
	if on {
		c.screen.ShowCursor(c.x+2+arrange.Width(line), c.y)
	}
}

func (i *input) key(ev *tcell.EventKey) bool {
	switch ev.Key() {
	case tcell.KeyEnter:
		text := i.text
		i.done(text)
		if i.secret {
			i.forget()
		}
	case tcell.KeyBackspace, tcell.KeyBackspace2:
		_, n := utf8.DecodeLastRune(i.text)
		clear(i.text[len(i.text)-n:])
		i.text = i.text[:len(i.text)-n]
	case tcell.KeyCtrlU:
		i.forget()
	case tcell.KeyRune:
		if len(i.text)+utf8.UTFMax <= cap(i.text) {
			i.text = utf8.AppendRune(i.text, ev.Rune())
		}
	default:
		return false
	}
	return true
}
