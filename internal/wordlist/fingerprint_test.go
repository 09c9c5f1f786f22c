package wordlist

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The wanted words are the first eight of BIP-39's published test vectors with the
// same 32 bytes.
func TestFingerprint(t *testing.T) {
	for digits, want := range map[string]string{
		strings.Repeat("00", 32): "abandon abandon abandon abandon abandon abandon abandon abandon",
		strings.Repeat("ff", 32): "zoo zoo zoo zoo zoo zoo zoo zoo",
		strings.Repeat("7f", 32): "legal winner thank year wave sausage worth useful",
		strings.Repeat("80", 32): "letter advice cage absurd amount doctor acoustic avoid",
		"68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c": "hamster diagram private dutch cause delay private meat",
	} {
		sum := sumOf(t, digits)
		for _, lang := range []string{"en", "", "xx", "../en"} {
			if got := Fingerprint(lang, sum); got != want {
				t.Errorf("Fingerprint(%q, %s…) = %q, want %q", lang, digits[:8], got, want)
			}
		}
		for _, lang := range Languages() {
			for i, word := range strings.Split(Fingerprint(lang, sum), " ") {
				at, ok := index("en", strings.Split(want, " ")[i])
				if !ok || lists()[lang].words[at] != word {
					t.Errorf("word %d of %s… in %s is %q, not that at place %d", i+1, digits[:8], lang, word, at)
				}
			}
		}
	}
}

// Every one of the 88 bits changes the fingerprint, and none after them.
func TestFingerprintIs88Bits(t *testing.T) {
	var zero [32]byte
	for bit := range 256 {
		sum := zero
		sum[bit/8] = 0x80 >> (bit % 8)
		for _, lang := range Languages() {
			if changed := Fingerprint(lang, sum) != Fingerprint(lang, zero); changed != (bit < 88) {
				t.Errorf("%s: bit %d changes the fingerprint: %v", lang, bit, changed)
			}
		}
	}
}

func TestMatches(t *testing.T) {
	sum := sumOf(t, "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c")
	en, ar := Fingerprint("en", sum), Fingerprint("ar", sum)
	digits := hex.EncodeToString(sum[:])
	var numbered, spelt strings.Builder
	for i, word := range strings.Fields(ar) {
		fmt.Fprintf(&numbered, "%d. %s\n", i+1, word)
		for _, letter := range word {
			spelt.WriteString(string(letter) + "\u064E") // each with a vowel sign
		}
		spelt.WriteString(" ")
	}
	for name, typed := range map[string]string{
		"English":           en,
		"Arabic":            ar,
		"digits":            digits,
		"upper case":        strings.ToUpper(en),
		"hyphens":           strings.ReplaceAll(en, " ", "-"),
		"lines":             "\r\n " + strings.ReplaceAll(ar, " ", "\r\n") + "\t",
		"commas":            strings.ReplaceAll(ar, " ", "، ") + ".",
		"no spaces":         strings.ReplaceAll(ar, " ", ""),
		"numbered":          numbered.String(),
		"diacritics":        spelt.String(),
		"full width":        "ｈａｍｓｔｅｒ" + strings.TrimPrefix(en, "hamster"),
		"marks of messages": "\u200f\u202b" + strings.ReplaceAll(ar, " ", "\u00a0\u200f") + "\u202c",
		"upper digits":      strings.ToUpper(digits),
		"digits in groups":  digits[:16] + " " + digits[16:32] + ":" + digits[32:48] + "-" + digits[48:] + "\n",
	} {
		if !Matches(typed, sum) {
			t.Errorf("%s: %q does not match", name, typed)
		}
		if !Whole(typed) {
			t.Errorf("%s: %q is not whole", name, typed)
		}
	}
	other := sum
	other[10] ^= 1 // the last of the 88 bits
	turned := strings.Fields(ar)
	slices.Reverse(turned)
	whole := map[string]bool{"another, English": true, "another, Arabic": true, "another order": true, "other digits": true}
	for name, typed := range map[string]string{
		"nothing":              "",
		"another, English":     Fingerprint("en", other),
		"another, Arabic":      Fingerprint("ar", other),
		"a word missing":       strings.TrimPrefix(en, "hamster "),
		"a word more":          en + " " + "abandon",
		"another order":        strings.Join(turned, " "),
		"a letter less":        en[:len(en)-1],
		"two languages":        strings.Join(append(strings.Fields(en)[:4], strings.Fields(ar)[4:]...), " "),
		"both languages":       en + " " + ar,
		"a letter of another":  strings.Replace(en, "a", "а", 1), // Cyrillic
		"digits missing":       digits[:62],
		"digits of the 88":     digits[:22],
		"a digit more":         digits + "0",
		"other digits":         hex.EncodeToString(other[:]),
		"too long":             en + strings.Repeat(" ", longest),
		"invalid":              "\xff\xfe",
		"only signs and marks": "ـ ء ً 1 2 3 -",
	} {
		if Matches(typed, sum) {
			t.Errorf("%s: %.200q matches", name, typed)
		}
		if Whole(typed) != whole[name] {
			t.Errorf("%s: %.200q is whole: %v", name, typed, !whole[name])
		}
	}
}

// What people write for each other is one; what differs stays different.
func TestLettersForgive(t *testing.T) {
	for _, test := range []struct{ lang, word, typed string }{
		{"ar", "أرنب", "ارنب"},
		{"ar", "أرنب", "إرنب"},
		{"ar", "أرنب", "ٱرنب"},
		{"ar", "إبريق", "آبريق"},
		{"ar", "إبريق", "ا\u0655بريق"}, // hamza as a sign of its own
		{"ar", "سجادة", "سجاده"},
		{"ar", "سجادة", " سَجّادَةٌ "},
		{"ar", "سجادة", "ســجــادة"},
		{"ar", "سجادة", "سجادہ"}, // as an Urdu keyboard writes it
		{"ar", "مستشفى", "مستشفي"},
		{"ar", "مستشفى", "مستشفی"}, // as a Persian keyboard writes it
		{"ar", "كتاب", "کتاب"},
		{"ar", "كستنا", "كستناء"},
		{"ar", "سلحفاة", "\ufeb3\ufee0\ufea4\ufed4\ufe8e\ufe93"}, // in the shapes of old programs
		{"ar", "حلاق", "ح\ufefbق"},                               // with the ligature of lam and alef
		{"en", "abandon", "ABANDON"},
		{"en", "abandon", "-abandon."},
		{"en", "café", ""},
		{"ar", "العناب", ""},
		{"en", "سجادة", ""},
		{"ar", "abandon", ""},
		{"xx", "abandon", ""},
		{"en", "", ""},
		{"ar", "ء", ""},
	} {
		if test.typed == "" {
			if i, ok := index(test.lang, test.word); ok {
				t.Errorf("index(%s, %q) = %d", test.lang, test.word, i)
			}
			continue
		}
		want, known := index(test.lang, test.word)
		got, ok := index(test.lang, test.typed)
		if !known || !ok || got != want || lists()[test.lang].words[got] != test.word {
			t.Errorf("index(%s, %+q) = %d, %v, want %d, %v (%q)", test.lang, test.typed, got, ok, want, known, test.word)
		}
	}
}

func TestPassphrase(t *testing.T) {
	for _, lang := range append(Languages(), "xx") {
		from := lang
		if from == "xx" {
			from = "en"
		}
		for _, n := range []int{-1, 0, 1, 6, 100} {
			phrase := Passphrase(lang, n)
			words := strings.FieldsFunc(phrase, func(r rune) bool { return r == '-' })
			if len(words) != max(n, 0) || strings.Join(words, "-") != phrase {
				t.Errorf("Passphrase(%s, %d) has %d words", lang, n, len(words))
			}
			for _, word := range words {
				if !slices.Contains(lists()[from].words, word) {
					t.Errorf("Passphrase(%s, %d) has a word that is not on the list", lang, n)
				}
			}
		}
		if one, other := Passphrase(lang, 8), Passphrase(lang, 8); one == other {
			t.Errorf("two passphrases in %s are the same", lang)
		}
	}
}

// All words come up: 60,000 draws miss one of 2,048 less than once in 10^9 runs.
func TestPassphraseDrawsFromTheWholeList(t *testing.T) {
	seen := map[string]bool{}
	for word := range strings.SplitSeq(Passphrase("ar", 60_000), "-") {
		seen[word] = true
	}
	if len(seen) != size {
		t.Errorf("%d different words came up, want %d", len(seen), size)
	}
}

func sumOf(t *testing.T, digits string) (sum [32]byte) {
	t.Helper()
	if n, err := hex.Decode(sum[:], []byte(digits)); err != nil || n != len(sum) {
		t.Fatalf("%q: %v", digits, err)
	}
	return sum
}
