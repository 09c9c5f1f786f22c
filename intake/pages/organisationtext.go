package pages

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of what an organisation says, in characters (Unicode code points): the
// pages must stay small.
const (
	maxName       = 80
	maxParagraphs = 3
	maxParagraph  = 240
	maxLine       = 160
)

// placeholderWords stand in the example, and mark a file that nobody filled in.
var placeholderWords = []string{"YOUR ORGANISATION", "REPLACE THIS", "اسم منظمتكم", "اكتبوا هنا"}

var (
	// address matches what looks like a place on the internet: the pages must
	// lead nowhere else, and a source should not type it elsewhere either.
	address = regexp.MustCompile(`(?i)://|www\.|[a-z0-9-]\.(onion|org|net|com|info|sy|eu|io|ngo)\b`)
	// contact matches a mailbox or a telephone number.
	contact = regexp.MustCompile(`@|(\p{Nd}[ ()./+-]*){6,}`)
)

// wrongText says why an organisation's text cannot be shown, or returns "".
func wrongText(text string, most int, reachable bool) string {
	switch {
	case strings.TrimSpace(text) == "":
		return "is empty"
	case strings.TrimSpace(text) != text:
		return "begins or ends with a space"
	case utf8.RuneCountInString(text) > most:
		return fmt.Sprintf("has more than %d characters", most)
	case strings.ContainsFunc(text, notPlain):
		return "holds a line break, a control character, or one that turns the direction of words"
	case address.MatchString(text):
		return "holds an address on the internet: the pages may not lead away"
	case !reachable && contact.MatchString(text):
		return "holds a way to reach somebody: only [[support]] may"
	}
	for _, word := range placeholderWords {
		if strings.Contains(text, word) {
			return fmt.Sprintf("still holds the words of the example: %q", word)
		}
	}
	return ""
}

// notPlain reports whether a character is none that is simply read. The joiners
// are letters' business in Kurdish and Persian.
func notPlain(r rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return r == utf8.RuneError || r != nonJoiner && r != joiner && r != ' ' && !unicode.IsGraphic(r) || unicode.In(r, unicode.Zl, unicode.Zp)
}
