package custody

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

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
		if s == "" || s != "-" && !oneLine(s) {
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
