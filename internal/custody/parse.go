package custody

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"amana/internal/attest"
)

// ParseLink reads a link as it is kept: its text and, in the last line, its signature,
// which it does not verify. It takes the one spelling that Text writes. The error wraps
// [ErrBroken] and quotes nothing.
func ParseLink(record []byte) (*Link, error) {
	text, ok := strings.CutPrefix(string(record), string(attest.Custody)+"\n")
	if !ok {
		return nil, fmt.Errorf("%w: it is not a link of a version that this program knows", ErrBroken)
	}
	p := parser{rest: text}
	l := new(Link)
	l.Number = p.number("link")
	l.Before, l.Day, l.By, l.Key = p.field("before"), p.field("day"), p.field("by"), p.field("key")
	l.Act = Act(p.field("act"))
	l.Purpose, l.Recipient, l.Detail = undash(p.field("purpose")), undash(p.field("to")), undash(p.field("detail"))
	n := p.number("subjects")
	for i := 0; i < n && n <= MaxSubjects && !p.bad; i++ {
		l.Subjects = append(l.Subjects, p.subject())
	}
	l.Signature = p.field("signature")
	if p.bad || p.rest != "" || len(l.Subjects) != n || string(l.record()) != string(record) {
		return nil, fmt.Errorf("%w: it is not written as links are", ErrBroken)
	}
	if err := l.check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return l, nil
}

// parser takes a link apart line by line.
type parser struct {
	rest string
	bad  bool
}

func (p *parser) line() string {
	line, rest, ok := strings.Cut(p.rest, "\n")
	p.bad = p.bad || !ok
	p.rest = rest
	return line
}

func (p *parser) field(name string) string {
	value, ok := strings.CutPrefix(p.line(), name+" ")
	p.bad = p.bad || !ok
	return value
}

func (p *parser) number(name string) int {
	n, err := strconv.ParseUint(p.field(name), 10, 31)
	p.bad = p.bad || err != nil
	return int(n)
}

func (p *parser) subject() (s Subject) {
	fields := strings.SplitN(p.line(), " ", 5)
	if len(fields) != 5 {
		p.bad = true
		return s
	}
	for i, to := range []*string{&s.Testimony, &s.Thread, &s.Case, &s.Hash, &s.Detail} {
		*to = undash(fields[i])
	}
	return s
}

// oneLine tells whether a text shows what it says, in one line.
func oneLine(s string) bool {
	return utf8.ValidString(s) && s != "-" && utf8.RuneCountInString(s) <= MaxText && strings.TrimSpace(s) == s &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return unicode.Is(unicode.Cc, r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 ||
				r == 0x2028 || r == 0x2029 || r == utf8.RuneError
		})
}

// clean makes one line of a text that a person gave.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == utf8.RuneError:
			return -1
		case unicode.Is(unicode.Cc, r), r == 0x2028, r == 0x2029:
			return ' '
		}
		return r
	}, s)
	return undash(strings.Join(strings.Fields(s), " "))
}
