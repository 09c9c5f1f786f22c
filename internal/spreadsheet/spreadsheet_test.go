package spreadsheet

import (
	"strings"
	"testing"
)

// No cell begins a formula, neither as it is nor when a program splits lines at another
// separator; and nothing turns around what stands beside it.
func TestCell(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"plain":                    "plain",
		"نص عربي، عادي":            "نص عربي، عادي",
		"2018-07~":                 "2018-07~",
		"a = b":                    "a = b",
		"x@y":                      "x@y",
		"=1+1":                     "'=1+1",
		"+1":                       "'+1",
		"-1":                       "'-1",
		"@SUM(A1)":                 "'@SUM(A1)",
		"＝1":                       "'＝1",
		"＋1":                       "'＋1",
		"－1":                       "'－1",
		"＠x":                       "'＠x",
		"  =1":                     "  '=1",
		"\u200f=1":                 "\u200f'=1",
		"\u200b\ufeff=1":           "\u200b\ufeff'=1",
		"\u00a0=1":                 "\u00a0'=1",
		"\t=1":                     "[U+0009]=1",
		"\r=1":                     "\n'=1",
		"a\r\nb":                   "a\nb",
		"a\n=HYPERLINK(1)":         "a\n'=HYPERLINK(1)",
		"a;=cmd|' /C calc'!A0":     "a;'=cmd|' /C calc'!A0",
		"a,\"=1":                   "a,\"'=1",
		"a|=1":                     "a|'=1",
		"'=1":                      "''=1",
		"==1":                      "'==1",
		"a\x00b\x1b[31m":           "a[U+0000]b[U+001B][31m",
		"\u202egnp.exe":            "[U+202E]gnp.exe",
		"\u2066=1\u2069":           "[U+2066]=1[U+2069]",
		"DDE(\"cmd\";\"/C\";\"\")": "DDE(\"cmd\";\"/C\";\"\")",
	} {
		if got := Cell(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Whatever a source wrote, the cell is harmless.
func FuzzCell(f *testing.F) {
	for _, s := range []string{"=1", "a;=1", "\u202e=", "\u200f\u200f@", "\"=\"", "\xff=", "\n\n-"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Cell(s)
		if strings.ContainsFunc(got, Turns) {
			t.Errorf("%q: %q turns", s, got)
		}
		for _, part := range strings.FieldsFunc(got, func(r rune) bool { return strings.ContainsRune(",;|\t\r\n", r) }) {
			if part = strings.TrimLeft(part, " \u00a0\u200b\u200f\ufeff\""); part != "" && strings.ContainsAny(part[:1], "=+-@") {
				t.Errorf("%q: %q has a cell that begins with a sign", s, got)
			}
		}
	})
}
