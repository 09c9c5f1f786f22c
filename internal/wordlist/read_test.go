package wordlist

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// meant returns an ok of Read that takes only these places.
func meant(places []int) func([]int) bool {
	return func(got []int) bool { return slices.Equal(got, places) }
}

func TestReadForgives(t *testing.T) {
	places := []int{3, 2047, 0, 700, 1300, 42, 42, 1999}
	en, ar := strings.Join(Spell("en", places), " "), strings.Join(Spell("ar", places), " ")
	numbered := func(words string, digits []rune, after string) string {
		var b strings.Builder
		for i, word := range strings.Fields(words) {
			b.WriteString(string(digits[i+1]) + after + word + "\r\n")
		}
		return b.String()
	}
	spread := func(words, between string) string { // between all letters
		return strings.Join(strings.Split(words, ""), between)
	}
	for name, typed := range map[string]string{
		"English":                 en,
		"Arabic":                  ar,
		"capitals":                strings.ToUpper(en),
		"no spaces":               strings.ReplaceAll(en, " ", ""),
		"no spaces, Arabic":       strings.ReplaceAll(ar, " ", ""),
		"a space too few":         strings.Replace(en, " ", "", 1),
		"a space too many":        ar[:2] + " " + ar[2:],
		"a space moved":           strings.Replace(en, " ", "", 1)[:2] + " " + strings.Replace(en, " ", "", 1)[2:],
		"hyphens":                 strings.ReplaceAll(en, " ", "-"),
		"Arabic commas":           strings.ReplaceAll(ar, " ", "، "),
		"tabs and lines":          "\t" + strings.ReplaceAll(en, " ", "\r\n\t") + "\n",
		"no-break spaces":         strings.ReplaceAll(ar, " ", "\u00a0"),
		"numbers":                 numbered(en, []rune("0123456789"), ". "),
		"Arabic numbers":          numbered(ar, []rune("٠١٢٣٤٥٦٧٨٩"), "- "),
		"Persian numbers":         numbered(ar, []rune("۰۱۲۳۴۵۶۷۸۹"), ") "),
		"a digit in a word":       en[:2] + "1" + en[2:],
		"tatweel":                 strings.ReplaceAll(ar, " ", " ـ") + "ــ",
		"vowel signs":             spread(strings.ReplaceAll(ar, " ", ""), "َ"),
		"zero width non-joiners":  spread(ar, "\u200c"),
		"marks of direction":      "\u202b\u200f" + strings.ReplaceAll(ar, " ", "\u200f \u200f") + "\u202c",
		"isolates":                "\u2068" + ar + "\u2069",
		"hamza left out":          strings.NewReplacer("أ", "ا", "إ", "ا", "آ", "ا").Replace(ar),
		"ha and ya":               strings.NewReplacer("ة", "ه", "ى", "ي").Replace(ar),
		"letters of old programs": strings.ReplaceAll(ar, "لا", "\ufefb"),
		"invalid bytes":           "\xff" + en + "\xfe",
	} {
		if got, ok := Read(typed, len(places), meant(places)); !ok || !slices.Equal(got, places) {
			t.Errorf("%s: %+q is read as %v, %v", name, typed, got, ok)
		}
	}
	for name, typed := range map[string]string{
		"nothing":           "",
		"signs":             " 1. ـ ، \u200f",
		"a word missing":    strings.Join(strings.Fields(en)[1:], " "),
		"a word more":       en + " zoo",
		"two languages":     strings.Join(append(strings.Fields(en)[:4], strings.Fields(ar)[4:]...), " "),
		"both languages":    en + " " + ar,
		"a letter less":     en[:len(en)-1],
		"a letter of other": strings.Replace(en, "a", "а", 1), // Cyrillic
		"too long":          en + strings.Repeat(" ", longestTyped),
		"swollen":           strings.Repeat("\ufdfa", longestTyped/3),
	} {
		if got, ok := Read(typed, len(places), func([]int) bool { return true }); ok {
			t.Errorf("%s: %+q is read as %v", name, typed, got)
		}
	}
	if got, ok := Read(en, 0, func([]int) bool { return true }); ok {
		t.Errorf("no words are read as %v", got)
	}
}

// Spaces that make words are believed. Where they make none, one reading may fit.
func TestReadBelievesSpaces(t *testing.T) {
	places := func(words ...string) []int {
		all := make([]int, len(words))
		for i, word := range words {
			at, ok := index("en", word)
			if !ok {
				t.Fatalf("%q is no word", word)
			}
			all[i] = at
		}
		return all
	}
	one, other := places("car", "danger"), places("card", "anger")
	either := func([]int) bool { return true }
	for _, test := range []struct {
		typed string
		ok    func([]int) bool
		want  []int
	}{
		{"car danger", either, one},
		{"card anger", either, other},
		{"car danger", meant(other), nil},
		{"cardanger", meant(one), one},
		{"cardanger", meant(other), other},
		{"ca rdanger", meant(other), other},
		{"cardanger", either, nil},
		{"ca rdanger", either, nil},
	} {
		got, ok := Read(test.typed, 2, test.ok)
		if ok != (test.want != nil) || ok && !slices.Equal(got, test.want) {
			t.Errorf("%q is read as %v, %v, want %v", test.typed, got, ok, test.want)
		}
	}
	l := list{folded: map[string]int{"ab": 0, "abc": 1, "cde": 2, "de": 3}}
	want := [][]int{{0, 2}, {1, 3}}
	if got := l.readings("abcde", 2); len(got) != 2 || !slices.Equal(got[0], want[0]) || !slices.Equal(got[1], want[1]) {
		t.Errorf("the readings are %v, want %v", got, want)
	}
}

// No text makes Read try without end.
func TestReadingsAreBounded(t *testing.T) {
	l := list{folded: map[string]int{}}
	for i := 1; i <= longestWord; i++ {
		l.folded[strings.Repeat("a", i)] = i
	}
	if got := l.readings(strings.Repeat("a", 64), 8); got != nil {
		t.Errorf("%d readings", len(got))
	}
	if got := l.readings(strings.Repeat("a", 10), 8); len(got) != 36 { // 8 words, 2 letters to share out
		t.Errorf("%d readings, want 36", len(got))
	}
}

// A code typed without any space is read: its readings are few.
func TestReadWithoutSpaces(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	most := 0
	for range 20_000 {
		places := make([]int, 8)
		for i := range places {
			places[i] = r.IntN(size)
		}
		for _, lang := range Languages() {
			plain := letters(strings.Join(Spell(lang, places), ""))
			all := lists()[lang].readings(plain, len(places))
			if !slices.ContainsFunc(all, func(got []int) bool { return slices.Equal(got, places) }) {
				t.Fatalf("%q has %d readings, and not the one that was meant", plain, len(all))
			}
			most = max(most, len(all))
		}
	}
	t.Logf("%d readings at most", most)
	if most < 2 || most > maxReadings/4 {
		t.Errorf("%d readings at most: the bound of %d is far from what is needed", most, maxReadings)
	}
}
