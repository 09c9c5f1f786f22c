package custody

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"amana/internal/attest"
)

// Link is one link of the chain, as it was signed.
type Link struct {
	Number int    // from 1
	Before string // hash of the link before; 64 zeros in the first
	Day    string // in UTC, by the clock of the reviewer's machine
	By     string // name of the reviewer
	Key    string // verifier key of the reviewer, as rosters hold it
	Event

	Signature string // base64, over what Text returns
}

// MaxSubjects is the most subjects of one link; what has more becomes several links.
const MaxSubjects = 2000

// first stands in place of the hash of a link before the first.
var first = strings.Repeat("0", 64)

// Text returns what is signed, the purpose in its first line. The SHA-256 of it is the
// link's hash.
func (l *Link) Text() []byte {
	var b strings.Builder
	b.WriteString(string(attest.Custody) + "\n")
	b.WriteString(l.statement())
	return []byte(b.String())
}

// statement is Text behind its first line.
func (l *Link) statement() string {
	var b strings.Builder
	b.Grow(300 + 200*len(l.Subjects))
	fmt.Fprintf(&b, "link %d\nbefore %s\nday %s\nby %s\nkey %s\nact %s\n", l.Number, l.Before, l.Day, l.By, l.Key, l.Act)
	fmt.Fprintf(&b, "purpose %s\nto %s\ndetail %s\nsubjects %d\n", dash(l.Purpose), dash(l.Recipient), dash(l.Detail), len(l.Subjects))
	for i := range l.Subjects {
		s := &l.Subjects[i]
		fmt.Fprintf(&b, "%s %s %s %s %s\n", dash(s.Testimony), dash(s.Thread), dash(s.Case), dash(s.Hash), dash(s.Detail))
	}
	return b.String()
}

// dash stands for what is not there.
func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// undash is the reverse of dash.
func undash(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// Hash returns the link's hash, in hexadecimal digits.
func (l *Link) Hash() string {
	sum := sha256.Sum256(l.Text())
	return hex.EncodeToString(sum[:])
}

// record is the link as it is kept.
func (l *Link) record() []byte {
	return append(l.Text(), "signature "+l.Signature+"\n"...)
}

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

var (
	idShape   = regexp.MustCompile(`^[0-9a-f]{32}$`)
	hashShape = regexp.MustCompile(`^[0-9a-f]{64}$`)
	caseShape = regexp.MustCompile(`^C-[0-9A-Za-z-]{1,64}$`)
)

// check holds a link to what its text cannot show.
func (l *Link) check() error {
	if day, err := time.Parse(time.DateOnly, l.Day); err != nil || day.Format(time.DateOnly) != l.Day {
		return fmt.Errorf("its day is none")
	}
	if !hashShape.MatchString(l.Before) {
		return fmt.Errorf("it names no link before it")
	}
	for _, s := range []string{l.By, l.Key} {
		if s == "" || !oneLine(s) {
			return fmt.Errorf("it names nobody")
		}
	}
	return l.Event.check()
}

// check returns an error wrapping [ErrEvent] unless a link can hold the event.
func (e *Event) check() error {
	if !slices.Contains(Acts(), e.Act) {
		return fmt.Errorf("%w: it is no act that this version knows", ErrEvent)
	}
	for _, s := range []string{e.Purpose, e.Recipient, e.Detail} {
		if !oneLine(s) {
			return fmt.Errorf("%w: a text of it is too long, or not one line of plain text", ErrEvent)
		}
	}
	for i := range e.Subjects {
		if err := e.Subjects[i].check(); err != nil {
			return fmt.Errorf("%w: subject %d: %w", ErrEvent, i+1, err)
		}
	}
	return nil
}

func (s *Subject) check() error {
	switch {
	case s.Testimony == "" && s.Thread == "" && s.Case == "" && s.Hash == "" && s.Detail == "":
		return fmt.Errorf("it is empty")
	case s.Testimony != "" && !idShape.MatchString(s.Testimony), s.Thread != "" && !idShape.MatchString(s.Thread):
		return fmt.Errorf("its id is none")
	case s.Hash != "" && !hashShape.MatchString(s.Hash):
		return fmt.Errorf("its hash is none")
	case s.Case != "" && !caseShape.MatchString(s.Case):
		return fmt.Errorf("its case is none")
	case !oneLine(s.Detail):
		return fmt.Errorf("its detail is too long, or not one line of plain text")
	}
	return nil
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
