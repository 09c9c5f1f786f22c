package roster

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"filippo.io/age"
)

var errSpelling = problem("it is not spelled as the format asks: a space, a zero or a letter is not as the program wrote it. Take the file again from where it was made, and do not open it in an editor")

// parser reads a text line by line and keeps the first error.
type parser struct {
	what  string
	lines []string
	at    int // lines read
	err   error
}

// newParser checks what can be said of the text as a whole. Errors never quote
// it: somebody may have given a secret.
func newParser(text []byte, prefix, what string) (*parser, error) {
	if hasSecret(text) {
		return nil, errSecret(what)
	}
	first, _, _ := strings.Cut(string(text[:min(len(text), 100)]), "\n")
	switch {
	case len(text) > maxText:
		return nil, malformed("this is not a %s: it is longer than %d bytes", what, maxText)
	case !bytes.HasPrefix(text, []byte(prefix)):
		return nil, malformed("this is not a %s: it does not begin with %q", what, strings.TrimSpace(prefix))
	case strings.TrimSuffix(first, "\r") != prefix+"1":
		return nil, malformed("this %s is of a version that this program does not know. A newer program is needed", what)
	case bytes.ContainsRune(text, '\r'):
		return nil, malformed("the %s was changed by an editor: its lines end as on Windows. Take the file again from where it was made", what)
	case !utf8.Valid(text) || text[len(text)-1] != '\n':
		return nil, malformed("the %s is damaged or cut off. Take the file again from where it was made", what)
	}
	lines := strings.Split(string(text[:len(text)-1]), "\n")
	return &parser{what: what, lines: lines, at: 1}, nil
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = malformed("line %d of the %s: %s", p.at, p.what, fmt.Sprintf(format, args...))
	}
}

func (p *parser) has(key string) bool {
	return p.err == nil && p.at < len(p.lines) && strings.HasPrefix(p.lines[p.at], key)
}

// value takes the next line, which begins with key, and returns the rest of it.
func (p *parser) value(key string) string {
	if p.err != nil {
		return ""
	}
	ok := p.has(key)
	p.at++
	if !ok {
		p.fail("here must stand %q and what belongs to it", strings.TrimSpace(key))
		return ""
	}
	return p.lines[p.at-1][len(key):]
}

func (p *parser) number(key string, bits int) uint64 {
	s := p.value(key)
	n, err := strconv.ParseUint(s, 10, bits)
	if err != nil {
		p.fail("here must stand a number")
	}
	return n
}

func (p *parser) recipient(key string) *age.HybridRecipient {
	s := p.value(key)
	if p.err != nil {
		return nil
	}
	recipient, err := age.ParseHybridRecipient(s)
	if err != nil {
		p.fail("the key for sealing (age1pq1…) is damaged, cut off or of another kind")
		return nil
	}
	return recipient
}

func (p *parser) fingerprint(key string, c Card, name string) {
	words := p.value(key)
	p.compare(words, p.at, english, c, name)
}

// compare fails at a line unless words are the fingerprint of the card.
func (p *parser) compare(words string, line int, lang string, c Card, name string) {
	if p.err == nil && words != c.Fingerprint(lang) {
		p.at = line
		p.fail("the fingerprint is not that of the keys of %.40q. Somebody or something changed the keys or the words", name)
	}
}

// end returns the first error, or one if lines are left.
func (p *parser) end() error {
	if p.err == nil && p.at < len(p.lines) {
		p.at++
		p.fail("something stands here that does not belong there, or somebody is one too many")
	}
	return p.err
}

func errSecret(what string) error {
	return fmt.Errorf("%w, not a %s. It may never leave the machine that it belongs to", ErrSecretKey, what)
}

// hasSecret tells if a text holds a secret key, of whatever spelling.
func hasSecret(text []byte) bool {
	upper := bytes.ToUpper(text)
	return bytes.Contains(upper, []byte("AGE-SECRET-KEY")) || bytes.Contains(upper, []byte("PRIVATE+KEY"))
}
