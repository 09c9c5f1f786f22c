package dossier

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"amana/internal/testimony"
)

// fileName returns the name, below the testimony's folder and with a slash, of
// file i, counted from 0. Of the entry's name only a harmless ending is kept.
func fileName(i int, entry string) string {
	return fmt.Sprintf("files/%03d.%s", i+1, testimony.Ending(entry))
}

// VisibleName returns a name from the source with every character that does not
// show itself, or changes how others show, spelled out: "‮" as "[U+202E]".
func VisibleName(s string) string {
	return spell(s, func(r rune) bool {
		// The joiners are part of ordinary words in several languages.
		return r != '\u200c' && r != '\u200d' &&
			(unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar)
	})
}

// VisibleText returns a text from the source as it is, but for controls and the
// characters that reorder what stands around them.
func VisibleText(s string) string {
	return spell(strings.ReplaceAll(s, "\r\n", "\n"), func(r rune) bool {
		switch {
		case r == '\n' || r == '\t':
			return false
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return true
		}
		return unicode.Is(unicode.Cc, r)
	})
}

func spell(s string, hidden func(rune) bool) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, "[U+%04X]", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Direction returns "rtl" or "ltr" for a language tag.
func Direction(language string) string {
	base, rest, _ := strings.Cut(strings.ToLower(language), "-")
	if strings.Contains("-"+rest+"-", "-latn-") {
		return "ltr"
	}
	if slices.Contains([]string{"ar", "ckb", "fa", "he", "ps", "sd", "syr", "ug", "ur", "yi", "arc", "dv"}, base) ||
		strings.Contains("-"+rest+"-", "-arab-") {
		return "rtl"
	}
	return "ltr"
}

// Size returns a number of bytes for a person.
func Size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1_000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}
