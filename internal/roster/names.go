package roster

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

const maxName = 100 // characters

// checkName refuses what could make a list read otherwise than it is: names are
// shown to people, at a terminal too.
func checkName(name string) error {
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxName {
		return fmt.Errorf("a name has at most %d characters, in UTF-8", maxName)
	}
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return errors.New("a name holds a character that cannot be printed")
		}
	}
	return nil
}

// checkRosterName is stricter: the name is there, is trimmed, and none of its
// characters leaves a blank where others would be seen.
func checkRosterName(name string) error {
	if err := checkName(name); err != nil {
		return problem(err.Error())
	}
	if strings.TrimSpace(name) != name || folded(name) == "" {
		return malformed("a name is empty, or begins or ends with a space")
	}
	for _, r := range name {
		if unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || unicode.Is(unicode.Variation_Selector, r) || r == '\u2800' {
			return malformed("a name holds a character that cannot be seen")
		}
	}
	return nil
}

// folded returns what is left of a name when one does not look closely: two names
// that fold to the same could be taken for one another.
func folded(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) || r == '\u0640' { // vowel signs, accents, tatweel
			return -1
		}
		return r
	}, norm.NFKD.String(name))
	return strings.Join(strings.Fields(cases.Fold().String(name)), " ")
}
