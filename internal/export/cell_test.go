package export

import (
	"encoding/json"
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
		if strings.ContainsFunc(got, turns) {
			t.Errorf("%q: %q turns", s, got)
		}
		for _, part := range strings.FieldsFunc(got, func(r rune) bool { return strings.ContainsRune(",;|\t\r\n", r) }) {
			if part = strings.TrimLeft(part, " \u00a0\u200b\u200f\ufeff\""); part != "" && strings.ContainsAny(part[:1], "=+-@") {
				t.Errorf("%q: %q has a cell that begins with a sign", s, got)
			}
		}
	})
}

// The spelling is that of RFC 8785: its own example of the order of keys, and the
// escapes of its strings.
func TestCanonical(t *testing.T) {
	got, err := canonical(map[string]any{
		"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
		"\U0001f600": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis",
	})
	want := `{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face","` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`
	if err != nil || string(got) != want {
		t.Errorf("%s\nwant %s (%v)", got, want, err)
	}
	got, err = canonical(map[string]any{"string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/<>&\u2028", "numbers": []any{int64(333333333), -1, 0}, "literals": []any{nil, true, false}})
	want = `{"literals":[null,true,false],"numbers":[333333333,-1,0],"string":"€$\u000f\nA'B\"\\\\\"/<>&` + "\u2028" + `"}`
	if err != nil || string(got) != want {
		t.Errorf("%s\nwant %s (%v)", got, want, err)
	}
	for _, bad := range []any{1.5, "\xff", int64(1) << 60, map[string]any{"\xff": 1}, json.Number("1.5")} {
		if got, err := canonical(bad); err == nil {
			t.Errorf("%v: %s", bad, got)
		}
	}
}

// A name of a file of a source is never one of an export.
func TestNamesAreOurs(t *testing.T) {
	f := NewFolder(nil)
	for _, name := range []string{"../x", "/x", "a/../../x", ""} {
		if _, err := f.create(name); err == nil {
			t.Errorf("%q", name)
		}
	}
}
