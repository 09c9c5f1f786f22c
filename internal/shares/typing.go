package shares

import (
	"bufio"
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Typing takes a share line by line, as a person types it from paper.
type Typing struct {
	data []byte
	line int // lines taken
	size int // bytes in all; 0 before the first line
}

// Next returns the number of the line that comes now.
func (t *Typing) Next() int { return t.line + 1 }

// Lines returns how many lines the share has, or 0 before the first.
func (t *Typing) Lines() int { return (t.size + lineSize - 1) / lineSize }

// label is the number in front of a line.
var label = regexp.MustCompile(`^\s*([0-9]{1,2})\s*[:)]`)

// Line takes the next line, with or without its number, or in place of the first
// one the whole share as a scanner reads it from the QR code. It returns the
// share after the last line, and nil before. After an error the same line is to
// be typed again (see Next: the first one, if the whole does not fit together).
// The error is a [LineError], or wraps [ErrMalformed] or [ErrVersion].
func (t *Typing) Line(typed string) (*Share, error) {
	typed = latin(typed)
	if t.line == 0 {
		if code, ok := cutCode(typed); ok {
			return parseCode(code)
		}
	}
	n := t.Next()
	wrong := func(format string, args ...any) error { return &LineError{n, fmt.Sprintf(format, args...)} }
	if found := label.FindStringSubmatch(typed); found != nil {
		if is, _ := strconv.Atoi(found[1]); is != n {
			return nil, wrong("comes now, and this one begins with the number %d", is)
		}
		typed = typed[len(found[0]):]
	}
	text, ok := plain(typed)
	if !ok {
		return nil, wrong("has a character that is in no share")
	}
	want := base.EncodedLen(t.inLine()) + lineCheck
	if number := strconv.Itoa(n); len(text) == want+len(number) {
		text = strings.TrimPrefix(text, number) // typed without its colon
	}
	if len(text) != want {
		return nil, wrong("has %d characters, and was printed with %d", len(text), want)
	}
	part, ok := decode(text[:want-lineCheck])
	if !ok {
		return nil, wrong("is mistyped")
	}
	var head []byte
	if n > 1 {
		head = t.data[:headerSize]
	} else {
		head = part[:headerSize]
	}
	if checkOf(head, n, part) != text[want-lineCheck:] {
		return nil, wrong("is mistyped, or is from another paper")
	}
	if n == 1 {
		_, size, err := header(part)
		if err != nil {
			return nil, err
		}
		t.size = size
	}
	t.data = append(t.data, part...)
	t.line = n
	if len(t.data) < t.size {
		return nil, nil
	}
	share, err := parse(t.data)
	if err != nil {
		*t = Typing{}
	}
	return share, err
}

// inLine returns how many bytes the next line holds.
func (t *Typing) inLine() int {
	if t.size == 0 {
		return lineSize
	}
	return min(lineSize, t.size-len(t.data))
}

func cutCode(typed string) (string, bool) {
	typed = strings.ToUpper(strings.TrimSpace(typed))
	return strings.CutPrefix(typed, codePrefix)
}

func parseCode(code string) (*Share, error) {
	text, ok := plain(code)
	if !ok {
		return nil, fmt.Errorf("%w: the scanned code has a character that is in no share", ErrMalformed)
	}
	b, ok := decode(text)
	if !ok {
		return nil, fmt.Errorf("%w: the scanned code is damaged", ErrMalformed)
	}
	defer clear(b)
	return parse(b)
}

// maxPage is how large a page may be, in bytes.
const maxPage = 64 << 10

// Parse reads a share from a text: a page as [Share.Page] made it, its numbered
// lines alone, or what a scanner read from the QR code. Everything else in the
// text is passed over. Errors are those of [Typing.Line].
func Parse(text []byte) (*Share, error) {
	if len(text) > maxPage {
		return nil, fmt.Errorf("%w: it is longer than %d bytes", ErrMalformed, maxPage)
	}
	found := make(map[int]string)
	last := 0
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxPage+1)
	for lines.Scan() {
		line := latin(lines.Text())
		if code, ok := cutCode(line); ok {
			return parseCode(code)
		}
		at := label.FindStringSubmatch(line)
		if at == nil {
			continue
		}
		n, _ := strconv.Atoi(at[1])
		if before, ok := found[n]; ok && before != line {
			return nil, &LineError{n, "is there twice, and the two differ"}
		}
		found[n] = line
		last = max(last, n)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%w: it has no numbered lines", ErrMalformed)
	}
	var t Typing
	for {
		line, ok := found[t.Next()]
		if !ok {
			return nil, &LineError{t.Next(), "is missing"}
		}
		share, err := t.Line(line)
		switch {
		case err != nil:
			return nil, err
		case share != nil && last > t.line:
			return nil, &LineError{last, "is one too many"}
		case share != nil:
			return share, nil
		}
	}
}
