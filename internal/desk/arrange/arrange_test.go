package arrange

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func seen(line string, base Direction, mode Mode) string {
	var out strings.Builder
	for _, c := range Line(line, base, mode) {
		out.WriteString(c.Text)
	}
	return out.String()
}

// What is seen from left to right. Letters are compared without their shapes here.
func TestOrder(t *testing.T) {
	for _, c := range []struct {
		base       Direction
		text, want string
	}{
		{LeftToRight, "plain text 12", "plain text 12"},
		{LeftToRight, "name عمر علي, 12", "name 12 ,يلع رمع"},
		{LeftToRight, "(عمر)", "(رمع)"},
		{RightToLeft, "عمر", "رمع"},
		{RightToLeft, "في 12 آذار", "راذآ 12 يف"},
		{RightToLeft, "في 12/3/2015 (درعا)", "(اعرد) 12/3/2015 يف"},
		{RightToLeft, "ملف photo.jpg هنا", "انه photo.jpg فلم"},
		{RightToLeft, "plain", "plain"},
		{RightToLeft, "amana open -w x", "amana open -w x"},
		{RightToLeft, "50% من", "نم 50%"},
		{LeftToRight, "عمر 50", "50 رمع"},
		{RightToLeft, "في 2026-11-22 هنا", "انه 2026-11-22 يف"},
		{RightToLeft, "٢٠١٥ عمر", "رمع ٢٠١٥"},
	} {
		got := norm.NFKC.String(seen(c.text, c.base, Ours))
		if got != norm.NFKC.String(c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
		if got := seen(c.text, c.base, Theirs); got != c.text {
			t.Errorf("%q is arranged for a terminal that does it: %q", c.text, got)
		}
	}
}

func TestJoin(t *testing.T) {
	for text, want := range map[string]string{
		"بيت":      "ﺖﻴﺑ",      // beginning, middle, end
		"دار":      "ﺭﺍﺩ",      // none joins with what follows
		"سلام":     "ﻡﻼﺳ",      // lam and alef at the end of what joins
		"لا":       "ﻻ",        // and alone
		"الأب":     "ﺏﻷﺍ",      // with hamza
		"گچ":       "ﭻﮔ",       // Persian
		"مُحَمَّد": "ﺪﻤَّﺤَﻣُ", // marks stay on their letters
		"ب\u200cب": "ﺏﺏ",       // held apart
		"بـب":      "ﺐـﺑ",      // drawn out
		"ء":        "ء",        // of one shape
		"x":        "x",
	} {
		got := seen(Clean(text), RightToLeft, Ours)
		if norm.NFC.String(got) != norm.NFC.String(want) {
			t.Errorf("%q: %q (%+q), want %q (%+q)", text, got, got, want, want)
		}
	}
	for _, letter := range "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىئؤأإآپچژگکیڤ" {
		n := len(shapes[letter])
		if n != 2 && n != 4 {
			t.Errorf("%c has %d shapes: %q", letter, n, string(shapes[letter]))
		}
	}
	if len(ligatures) != 4 {
		t.Errorf("%d ligatures", len(ligatures))
	}
}

// Nothing that a source writes moves the cursor, turns other text or fills a cell.
func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"ورقة a\nb":         "ورقة a\nb",
		"\x1b[2J\a":         `\u001b[2J\u0007`,
		"gpj\u202eexe":      `gpj\u202eexe`,
		"\u009b31m\x00":     `\u009b31m\u0000`,
		"a\r\nb\tc":         "a\nb    c",
		"\xffx":             "\ufffdx",
		"\u0300x":           "x",
		"a\u2028b\u2066c":   `a\u2028b\u2066c`,
		"می\u200cروم":       "می\u200cروم",
		"x\U000e0041\ufeff": `x\ue0041`,
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := Clean("a" + strings.Repeat("\u0301", 1000)); utf8.RuneCountInString(got) != 1+maxMarks {
		t.Errorf("%d marks stay", utf8.RuneCountInString(got)-1)
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 10, ""}, {"one two three", 7, "one two|three"}, {"one two three", 8, "one two|three"}, {"abcdefgh", 3, "abc|def|gh"},
		{"a\n\nb", 10, "a||b"}, {"go abcdefgh", 5, "go|abcde|fgh"}, {"日本語", 4, "日本|語"}, {"ذهب ولم يعد", 8, "ذهب ولم|يعد"},
	} {
		if got := strings.Join(Wrap(c.text, c.width), "|"); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

// However a text is cut, every character of it is in one line, at its place, and no
// line is too wide.
func FuzzBreaks(f *testing.F) {
	f.Add("one two  three\nأربعة خمسة", 5)
	f.Add("日本語\n\n x", 2)
	f.Fuzz(func(t *testing.T, text string, width int) {
		text = Clean(text)
		width = 2 + max(width, 0)%80
		runes, at := []rune(text), 0
		for _, s := range Breaks(text, width) {
			line := []rune(s.Text)
			if s.At != at && s.At != at+1 || s.At+len(line) > len(runes) || string(runes[s.At:s.At+len(line)]) != s.Text {
				t.Fatalf("%q stands at %d", s.Text, s.At)
			}
			at = s.At + len(line)
			if w := Width(strings.TrimRight(s.Text, " ")); w > width {
				t.Errorf("%q is %d wide in %d", s.Text, w, width)
			}
			cells := Line(s.Text, RightToLeft, Ours)
			if Columns(cells) > Width(s.Text) {
				t.Errorf("%q has grown to %v", s.Text, cells)
			}
		}
		if at != len(runes) {
			t.Errorf("%d of %d runes are in lines", at, len(runes))
		}
	})
}
