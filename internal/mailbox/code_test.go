package mailbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"amana/internal/wordlist"
)

// random returns the n-th of the codes of a test.
func random(r *rand.Rand) Code {
	places := make([]int, codeWords)
	for i := range places {
		places[i] = r.IntN(1 << wordBits)
	}
	return codeOf(places)
}

func TestCodeRoundTrip(t *testing.T) {
	seen := map[Code]bool{}
	for range 500 {
		c := NewCode()
		if seen[c] || c.bits[9]&7 != 0 {
			t.Fatal("a code came twice, or has more than 77 bits")
		}
		seen[c] = true
		for _, lang := range append(wordlist.Languages(), "xx") {
			words := c.Words(lang)
			if len(words) != codeWords {
				t.Fatalf("%s: %d words", lang, len(words))
			}
			for _, between := range []string{" ", "-", "", " 1. "} {
				if got, err := ParseCode(strings.Join(words, between)); err != nil || got != c {
					t.Fatalf("%s with %q between: %v", lang, between, err)
				}
			}
		}
	}
}

// All bits of a code come up, and each changes its words.
func TestCodeIs77Bits(t *testing.T) {
	var ones, zeros Code
	for range 200 {
		c := NewCode()
		for i, b := range c.bits {
			ones.bits[i] |= b
			zeros.bits[i] |= ^b
		}
	}
	zeros.bits[9] &^= 7
	full := Code{[10]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 0xf8}}
	if ones != full || zeros != full {
		t.Error("some bits of codes are always the same")
	}
	for bit := range codeBits {
		var c Code
		c.bits[bit/8] = 0x80 >> (bit % 8)
		words, none := c.Words("en"), Code{}.Words("en")
		for i := range codeWords - 1 {
			if (words[i] != none[i]) != (i == bit/wordBits) {
				t.Errorf("bit %d: word %d", bit, i)
			}
		}
	}
}

// A code that was written down wrongly is told from a right one, nearly always.
func TestMistypedCodesAreFound(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	const trials = 20_000
	for name, spoil := range map[string]func(words []string, lang string) []string{
		"a wrong word": func(words []string, lang string) []string {
			words[r.IntN(len(words))] = wordlist.Spell(lang, []int{r.IntN(1 << wordBits)})[0]
			return words
		},
		"neighbours swapped": func(words []string, _ string) []string {
			i := r.IntN(len(words) - 1)
			words[i], words[i+1] = words[i+1], words[i]
			return words
		},
		"a word missing": func(words []string, _ string) []string {
			i := r.IntN(len(words))
			return append(words[:i], words[i+1:]...)
		},
		"a word more": func(words []string, lang string) []string {
			return append(words, wordlist.Spell(lang, []int{r.IntN(1 << wordBits)})...)
		},
		"a word twice": func(words []string, _ string) []string {
			return append(words, words[len(words)-1])
		},
		"a letter missing": func(words []string, _ string) []string {
			i := r.IntN(len(words))
			word := []rune(words[i])
			at := r.IntN(len(word))
			words[i] = string(append(word[:at:at], word[at+1:]...))
			return words
		},
		"a letter wrong, without spaces": func(words []string, _ string) []string {
			all := []rune(strings.Join(words, ""))
			all[r.IntN(len(all))] = all[r.IntN(len(all))]
			return []string{string(all)}
		},
	} {
		tried, missed := 0, 0
		for i := range trials {
			c, lang := random(r), []string{"ar", "en"}[i%2]
			words := c.Words(lang)
			right := strings.Join(words, " ")
			wrong := strings.Join(spoil(words, lang), " ")
			if strings.ReplaceAll(wrong, " ", "") == strings.ReplaceAll(right, " ", "") {
				continue
			}
			tried++
			switch got, err := ParseCode(wrong); {
			case err == nil && got != c:
				missed++
			case err == nil && !strings.HasPrefix(name, "a letter"):
				t.Errorf("%s: the code is read all the same", name)
			case err != nil && err.Error() != ErrMistyped.Error():
				t.Errorf("%s: the error says more", name)
			}
		}
		t.Logf("%s: %d of %d missed", name, missed, tried)
		if tried < trials*9/10 || float64(missed) > float64(tried)/1000 {
			t.Errorf("%s: %d of %d are taken for another code", name, missed, tried)
		}
	}
}

func TestParseCodeRefuses(t *testing.T) {
	words := strings.Join(Code{}.Words("en"), " ")
	mixed := append(Code{}.Words("en")[:4], Code{}.Words("ar")[4:]...)
	for name, typed := range map[string]string{
		"nothing":       "",
		"spaces":        " \u200f\n",
		"other words":   "these are words of nobody at all here",
		"two languages": strings.Join(mixed, " "),
		"twice":         words + " " + words,
		"long":          words + strings.Repeat(" ", 10_000),
		"invalid":       "\xff\xff",
		"NUL":           "\x00",
	} {
		if _, err := ParseCode(typed); !errors.Is(err, ErrMistyped) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// However a code or a thread is printed, nothing of it shows.
func TestSecretsPrintNothing(t *testing.T) {
	c := NewCode()
	thread := ThreadFrom([32]byte{1, 2, 3})
	for _, v := range []any{c, &c, thread, &thread} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%e", "%T%v"} {
			var args = []any{v}
			if verb == "%T%v" {
				args = []any{v, v}
			}
			got := fmt.Sprintf(verb, args...)
			if !strings.HasSuffix(got, redacted) || verb != "%T%v" && got != redacted {
				t.Errorf("%s: %d characters", verb, len(got))
			}
		}
		for _, in := range []any{v, []any{v}, map[string]any{"a": v}} {
			got, err := json.Marshal(in)
			if err != nil || !strings.Contains(string(got), `"`+redacted+`"`) || len(got) > len(redacted)+10 {
				t.Errorf("in JSON: %d bytes, %v", len(got), err)
			}
		}
	}
	if got, err := json.Marshal(map[Code]int{c: 1}); err != nil || string(got) != `{"`+redacted+`":1}` {
		t.Errorf("as a key in JSON: %d bytes, %v", len(got), err)
	}
}
