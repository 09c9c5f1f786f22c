package pages

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"

	"amana/internal/wordlist"
)

// functions returns what the templates may call, in the words of c. Parsing
// needs only the names, so c may be nil then.
func functions(c *catalog) template.FuncMap {
	return template.FuncMap{
		"t": func(key string) (string, error) { return c.message(key, nil, nil) },
		"n": func(key string, n int) (string, error) { return c.count(key, int64(n)) },
		"day": func(key, day string) (string, error) {
			date, err := c.date(day)
			if err != nil {
				return "", err
			}
			return c.message(key, nil, map[string]string{"Day": date})
		},
		"list": func(key string, s State) (string, error) {
			return c.message(key, nil, map[string]string{"List": c.number(int64(s.Epoch))})
		},
		"readers":     func(key string, s State) (string, error) { return c.readers(key, s) },
		"fingerprint": func(s State) fingerprint { return c.fingerprint(s.Sum) },
		"codewords":   func() fingerprint { return c.wordList() },
		"of":          func(key string, n, of int) (string, error) { return c.of(key, n, of) },
		"slot":        slot,

		"limits":  func(key string, s State) (string, error) { return c.limits(key, s) },
		"problem": func(part string, k ProblemKind, s State) (string, error) { return c.limits(problemKey(part, k), s) },
		"name":    func(tag string) string { return c.all[tag].name },
		"dir":     func(tag string) string { return c.all[tag].direction },
	}
}

// readers returns the words of a key for how many reviewers there are, and of
// which list.
func (c *catalog) readers(key string, s State) (string, error) {
	return c.message(key, s.Reviewers, map[string]string{
		"N": c.number(int64(s.Reviewers)), "List": c.number(int64(s.Epoch)),
	})
}

// of returns the words of a key for some of a number of things, in the plural form
// of the some.
func (c *catalog) of(key string, n, of int) (string, error) {
	return c.message(key, n, map[string]string{"N": c.number(int64(n)), "Of": c.number(int64(of))})
}

// fingerprint is the hash of a list in words, and the language that they are of.
type fingerprint struct {
	Lang, Direction string
	Words           []string
}

// fingerprint gives a hash in words of the page's language, or in English ones
// if that language has no list of words.
func (c *catalog) fingerprint(sum [32]byte) fingerprint {
	f := c.wordList()
	f.Words = strings.Fields(wordlist.Fingerprint(f.Lang, sum))
	return f
}

// wordList returns the language that words stand in on a page of this one.
func (c *catalog) wordList() fingerprint {
	if slices.Contains(wordlist.Languages(), c.tag) {
		return fingerprint{Lang: c.tag, Direction: c.direction}
	}
	return fingerprint{Lang: "en", Direction: "ltr"}
}

// number writes n in the digits of the language, in groups of three.
func (c *catalog) number(n int64) string {
	var b strings.Builder
	plain := strconv.FormatInt(n, 10)
	for i, digit := range plain {
		if i > 0 && (len(plain)-i)%3 == 0 && len(plain) > 4 {
			b.WriteString(c.group)
		}
		b.WriteString(c.digit(digit))
	}
	return b.String()
}

// digit returns one digit as the language writes it.
func (c *catalog) digit(d rune) string {
	if d < '0' || d > '9' {
		return string(d)
	}
	return string(c.digits[d-'0'])
}

// date writes "2026-11-22" for a person. Something else is shown as it is: a
// receipt must not fail over its date.
func (c *catalog) date(day string) (string, error) {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day, nil
	}
	plain := func(n int) string { return strings.Join(mapRunes(strconv.Itoa(n), c.digit), "") }
	month, err := c.message(monthKey(int(d.Month())), nil, nil)
	if err != nil {
		return "", err
	}
	return c.message("language.date", nil, map[string]string{
		"Day": plain(d.Day()), "Month": month, "Year": plain(d.Year()),
	})
}

func mapRunes(s string, f func(rune) string) []string {
	var out []string
	for _, r := range s {
		out = append(out, f(r))
	}
	return out
}

// charactersPerPage is about what a page of a book holds.
const charactersPerPage = 2500

// limits returns a message with the limits in words. Every limit is rounded
// down, so that no one is told that more is taken than is.
func (c *catalog) limits(key string, s State) (string, error) {
	text, characters := "count.pages", int64(max(s.MaxText, 0))/charactersPerPage
	if characters == 0 {
		text, characters = "count.characters", int64(max(s.MaxText, 0))
	}
	data := make(map[string]string)
	var errs [4]error
	data["Text"], errs[0] = c.count(text, characters)
	data["Files"], errs[1] = c.count("count.files", int64(max(s.MaxFiles, 0)))
	data["File"], errs[2] = c.size(s.MaxFile)
	data["Total"], errs[3] = c.size(s.MaxTotal)
	for _, err := range errs {
		if err != nil {
			return "", fmt.Errorf("pages: failed to word a limit: %w", err)
		}
	}
	return c.message(key, nil, data)
}

// size writes a number of bytes in the largest unit that is exact or leaves at
// least ten of it, rounded down.
func (c *catalog) size(n int64) (string, error) {
	n = max(n, 0)
	for _, unit := range []struct {
		key  string
		size int64
	}{{"size.gb", 1 << 30}, {"size.mb", 1 << 20}, {"size.kb", 1 << 10}} {
		if n >= 10*unit.size || n >= unit.size && n%unit.size == 0 {
			return c.count(unit.key, n/unit.size)
		}
	}
	return c.count("size.bytes", n)
}
