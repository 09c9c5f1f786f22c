package shares

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"amana/internal/keyfile"
)

// twoOfThree are the shares of these tests.
func twoOfThree() []*Share { return must(Split(must(keyfile.NewReviewer("Reviewer A")), 2, 3)) }

// typeAll types lines one after the other and returns the first error.
func typeAll(lines []string) (*Share, error) {
	var t Typing
	for _, line := range lines {
		if s, err := t.Line(line); s != nil || err != nil {
			return s, err
		}
	}
	return nil, errors.New("it does not end")
}

func equal(a, b *Share) bool {
	return a != nil && b != nil && a.Number == b.Number && a.Set == b.Set && a.Code() == b.Code()
}

// A share is short enough to type, and comes back from all that it is printed as.
func TestPrintedForms(t *testing.T) {
	for _, s := range twoOfThree() {
		lines := s.Lines()
		if len(lines) != 7 {
			t.Errorf("%d lines", len(lines))
		}
		for _, line := range lines {
			if len(line) > 60 {
				t.Errorf("a line has %d characters", len(line))
			}
		}
		page, screen := must(s.Page()), must(s.Screen())
		for name, text := range map[string]string{
			"lines": strings.Join(lines, "\n"), "code": s.Code(), "small code": "  " + strings.ToLower(s.Code()) + "\r\n",
			"page": page, "screen": screen, "windows": strings.ReplaceAll(page, "\n", "\r\n"), "twice": page + page,
		} {
			if got, err := Parse([]byte(text)); err != nil || !equal(got, s) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got, err := typeAll(lines); err != nil || !equal(got, s) {
			t.Errorf("typed: %v", err)
		}
		if got, err := typeAll([]string{s.Code()}); err != nil || !equal(got, s) {
			t.Errorf("scanned: %v", err)
		}
	}
	long := must(Split(must(keyfile.NewReviewer(strings.Repeat("م", 100))), 2, 2))[1]
	if got, err := Parse([]byte(must(long.Page()))); err != nil || !equal(got, long) {
		t.Errorf("long name: %v", err)
	}
}

// What people do differently when they type is forgiven.
func TestForgiving(t *testing.T) {
	s := twoOfThree()[1]
	forms := map[string]func(n int, line string) string{
		"small letters":  func(_ int, l string) string { return strings.ToLower(l) },
		"no spaces":      func(_ int, l string) string { return strings.ReplaceAll(l, " ", "") },
		"no numbers":     func(_ int, l string) string { return l[3:] },
		"bare numbers":   func(_ int, l string) string { return strings.Replace(l, ":", " ", 1) },
		"bracket":        func(_ int, l string) string { return strings.Replace(l, ":", ")", 1) },
		"hyphens":        func(_ int, l string) string { return l[:4] + strings.ReplaceAll(l[4:], " ", "-") },
		"O and l":        func(_ int, l string) string { return l[:4] + strings.NewReplacer("0", "O", "1", "l").Replace(l[4:]) },
		"o and I":        func(_ int, l string) string { return l[:4] + strings.NewReplacer("0", "o", "1", "I").Replace(l[4:]) },
		"Arabic digits":  func(_ int, l string) string { return toDigits(l, '٠') },
		"Persian digits": func(_ int, l string) string { return toDigits(l, '۰') },
		"marks":          func(_ int, l string) string { return "\u200e" + strings.ReplaceAll(l, " ", "\u00a0\u200f") + "." },
	}
	for name, form := range forms {
		var lines []string
		for i, line := range s.Lines() {
			lines = append(lines, form(i+1, line))
		}
		if got, err := typeAll(lines); err != nil || !equal(got, s) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func toDigits(s string, zero rune) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r - '0' + zero
		}
		return r
	}, s)
}

// wantLine fails unless err names the line, and nothing that stands in it.
func wantLine(t *testing.T, what string, err error, n int, lines []string) {
	t.Helper()
	var wrong *LineError
	if !errors.As(err, &wrong) || wrong.Line != n || !errors.Is(err, ErrMalformed) {
		t.Errorf("%s: %v, want line %d", what, err, n)
		return
	}
	for _, line := range lines {
		for _, group := range strings.Fields(line)[1:] {
			if strings.Contains(err.Error(), group) {
				t.Errorf("%s: the error repeats a group", what)
			}
		}
	}
}

// A mistyped line is named at once, whatever is wrong in it, and can be typed
// again.
func TestMistypedLineIsNamed(t *testing.T) {
	all := twoOfThree()
	s, other, stranger := all[0], all[1], twoOfThree()[0]
	lines := s.Lines()
	swap := func(line string, i int) string { // two neighbours
		return line[:i] + line[i+1:i+2] + line[i:i+1] + line[i+2:]
	}
	another := func(c byte) string { return string(digits[(strings.IndexByte(digits, c)+1)%len(digits)]) }
	for n := 1; n <= len(lines); n++ {
		line := lines[n-1]
		cases := map[string]string{
			"empty":        "",
			"a word":       "no",
			"cut off":      line[:len(line)-1],
			"one too many": line + "A",
			"U":            strings.Replace(line, line[6:7], "U", 1),
			"Arabic":       line[:5] + "م" + line[6:],
			"next line":    lines[n%len(lines)],
			"no check":     line[:len(line)-6],
			"stranger":     stranger.Lines()[n-1],
			"other paper":  other.Lines()[n-1],
		}
		for i := 4; i < len(line); i++ {
			if line[i] == ' ' {
				continue
			}
			cases[fmt.Sprint("digit ", i)] = line[:i] + another(line[i]) + line[i+1:]
			if i+1 < len(line) && line[i+1] != ' ' && line[i] != line[i+1] {
				cases[fmt.Sprint("swapped ", i)] = swap(line, i)
			}
		}
		if n == 1 { // which paper it is, the first line says
			delete(cases, "stranger")
			delete(cases, "other paper")
		}
		for what, typed := range cases {
			var typing Typing
			for _, l := range lines[:n-1] {
				if _, err := typing.Line(l); err != nil {
					t.Fatal(err)
				}
			}
			_, err := typing.Line(typed)
			wantLine(t, fmt.Sprintf("line %d: %s", n, what), err, n, lines)
			// The right line is taken after that.
			if typing.Next() != n {
				t.Fatalf("after the error line %d comes next", typing.Next())
			}
			if _, err := typing.Line(line); err != nil {
				t.Errorf("line %d, after %s: %v", n, what, err)
			}
			// In a file it is the same.
			if what == "empty" {
				typed = fmt.Sprintf("%d:", n)
			}
			file := slices.Clone(lines)
			file[n-1] = strings.TrimSpace(typed)
			if !label.MatchString(typed) || what == "next line" {
				continue
			}
			_, err = Parse([]byte(strings.Join(file, "\n")))
			wantLine(t, fmt.Sprintf("file, line %d: %s", n, what), err, n, lines)
		}
	}
}

// Files in which lines are missing, twice, or too many.
func TestPageIsNotWhole(t *testing.T) {
	lines := twoOfThree()[0].Lines()
	text := func(lines ...string) []byte { return []byte(strings.Join(lines, "\n")) }
	_, err := Parse(text(lines[1:]...))
	wantLine(t, "without the first", err, 1, lines)
	_, err = Parse(text(append(slices.Clone(lines[:3]), lines[4:]...)...))
	wantLine(t, "without the fourth", err, 4, lines)
	_, err = Parse(text(lines[:6]...))
	wantLine(t, "without the last", err, 7, lines)
	_, err = Parse(text(append(slices.Clone(lines), "8: ABCD")...))
	wantLine(t, "one too many", err, 8, lines)
	_, err = Parse(text(append(slices.Clone(lines), "3: ABCD")...))
	wantLine(t, "one twice", err, 3, lines)
	for name, text := range map[string][]byte{
		"empty": nil, "words": []byte("a letter\n"), "long": make([]byte, maxPage+1), "code": []byte("SHARE:ABC"), "bad code": []byte("SHARE:U"),
	} {
		if _, err := Parse(text); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := Parse(text(lines[6], lines[0], "notes", lines[2], lines[1], lines[3], lines[5], lines[4])); err != nil || got == nil {
		t.Errorf("in another order: %v", err)
	}
}

// A code that is damaged, cut off or of another version is refused; no bit of it
// is without effect.
func TestDamagedCode(t *testing.T) {
	s := twoOfThree()[0]
	raw := s.bytes()
	for i := range 8 * len(raw) {
		b := slices.Clone(raw)
		b[i/8] ^= 1 << (i % 8)
		if _, err := parse(b); !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrVersion) {
			t.Fatalf("bit %d: %v", i, err)
		}
	}
	for n := range len(raw) {
		if _, err := parse(raw[:n]); !errors.Is(err, ErrMalformed) {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
	newer := slices.Clone(raw[:len(raw)-sumSize])
	newer[0] = version + 1
	if _, err := Parse([]byte(codePrefix + base.EncodeToString(append(newer, sum(newer)...)))); !errors.Is(err, ErrVersion) {
		t.Errorf("newer: %v", err)
	}
	for _, c := range [][3]byte{{1, 3, 1}, {4, 3, 1}, {2, 17, 1}, {2, 3, 0}, {2, 3, 4}, {0, 0, 0}} {
		b := slices.Clone(raw[:len(raw)-sumSize])
		b[5], b[6], b[7] = c[0], c[1], c[2]
		if _, err := parse(append(b, sum(b)...)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// The checksums of lines catch what the whole one catches too; if lines are made
// on purpose so that only the whole is wrong, typing begins again.
func TestWrongWhole(t *testing.T) {
	s := twoOfThree()[0]
	b := s.bytes()
	b[len(b)-1] ^= 1
	var typing Typing
	for at := 0; at < len(b); at += lineSize {
		part := b[at:min(at+lineSize, len(b))]
		n := at/lineSize + 1
		if typing.Next() != n || n > 1 && typing.Lines() != 7 {
			t.Fatalf("line %d of %d", typing.Next(), typing.Lines())
		}
		got, err := typing.Line(base.EncodeToString(part) + checkOf(b[:headerSize], n, part))
		if last := at+lineSize >= len(b); got != nil || last == (err == nil) {
			t.Fatalf("line %d: %v", n, err)
		}
	}
	if typing.Next() != 1 || typing.Lines() != 0 {
		t.Errorf("line %d comes next", typing.Next())
	}
}
