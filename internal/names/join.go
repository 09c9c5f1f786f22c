package names

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Words that are no part of a name by themselves.
var (
	sons     = []string{"بن", "ابن", "بنت", "bin", "ben", "ibn", "bint", "bent", "son", "of"}
	articles = []string{"ال", "al", "el", "ul", "il", "as", "ash", "ad", "an", "ar", "at", "az", "asch", "ech", "es", "ed", "er"}
	servants = []string{"عبد", "abd", "abdul", "abdel", "abdal", "abdoul", "abdu", "abdur", "abder", "abdus", "abdes", "abed"}
	fathers  = []string{"ابو", "ابي", "ابا", "بو", "abu", "abou", "abo", "abi", "aboul", "abul"}
)

var (
	servantJoined = regexp.MustCompile(`^abd(?:[aeiou]|ou)(.+)$`)
	faithWord     = regexp.MustCompile(`^(?:[aeui]l?)?d{1,2}(?:i|ee|y)ne?$`)
	faithJoined   = regexp.MustCompile(`^(.{3,}?)[aeui]l?d{1,2}(?:i|ee|y)ne?$`)
	godWord       = regexp.MustCompile(`^[aeu]?ll?ah?$`)
	godJoined     = regexp.MustCompile(`^(.{3,})[aeu]ll?ah?$`)
	articleJoined = regexp.MustCompile(`^(?:al|el)([bcdfghjkmnpqrstvwxyz].{3,})$`)
)

// join puts together what makes one part ("عبد الرحمن", "Abdul Rahman"), and leaves out
// what makes none.
func join(words []token) (parts []token) {
	for i := 0; i < len(words); i++ {
		w := words[i]
		next := func() (token, bool) {
			for i+1 < len(words) {
				i++
				if n := words[i]; !slices.Contains(articles, n.text) || i+1 == len(words) {
					return plainArticle(n), true
				}
			}
			return token{}, false
		}
		last := len(parts) - 1
		switch {
		case slices.Contains(sons, w.text) && i+1 < len(words):
			words[i+1].change |= Son
			continue
		case slices.Contains(articles, w.text) && i+1 < len(words):
			words[i+1].change |= Article
			continue
		case slices.Contains(servants, w.text):
			if n, ok := next(); ok {
				parts = append(parts, servant(n, w.change))
				continue
			}
		case slices.Contains(fathers, w.text):
			if n, ok := next(); ok {
				prefix := "ابو"
				if n.latin {
					prefix = "abu"
				}
				parts = append(parts, token{prefix + n.text, n.latin, n.change&^Article | w.change | Compound})
				continue
			}
		case last >= 0 && (w.text == "الدين" || w.text == "دين" || w.latin && faithWord.MatchString(w.text)):
			parts[last] = compound(parts[last], "دين", "din")
			continue
		case last >= 0 && (w.text == "الله" || w.latin && godWord.MatchString(w.text)):
			parts[last] = compound(parts[last], "له", "lah")
			continue
		}
		parts = append(parts, joined(w))
	}
	return parts
}

func compound(p token, arabic, latin string) token {
	if p.latin {
		return token{p.text + latin, true, p.change | Compound}
	}
	return token{p.text + arabic, false, p.change | Compound}
}

// servant is the name of a servant of God by the second half of it.
func servant(n token, change Change) token {
	if n.latin {
		text := n.text
		if godWord.MatchString(text) {
			text = "lah"
		}
		return token{"abd" + text, true, change | n.change&^Article | Compound}
	}
	text := n.text
	if text == "الله" {
		text = "له"
	}
	return token{"عبد" + text, false, change | n.change&^Article | Compound}
}

// joined takes a word that may be written in one apart, and puts it together as join
// does.
func joined(w token) token {
	if !w.latin {
		if rest, ok := strings.CutPrefix(w.text, "عبدال"); ok && utf8.RuneCountInString(rest) >= 2 {
			return token{"عبد" + rest, false, w.change}
		}
		for _, end := range []struct{ long, short string }{{"الدين", "دين"}, {"الله", "له"}} {
			if head, ok := strings.CutSuffix(w.text, end.long); ok && utf8.RuneCountInString(head) >= 2 {
				return token{head + end.short, false, w.change}
			}
		}
		return plainArticle(w)
	}
	if m := servantJoined.FindStringSubmatch(w.text); m != nil && len(m[1]) >= 3 {
		rest := m[1]
		switch {
		case godWord.MatchString(rest):
			rest = "lah"
		case rest[0] == 'l' && !strings.ContainsRune("aeiouy", rune(rest[1])), rest[0] == rest[1]:
			rest = rest[1:]
		}
		return token{"abd" + rest, true, w.change}
	}
	if m := faithJoined.FindStringSubmatch(w.text); m != nil {
		return token{m[1] + "din", true, w.change}
	}
	if m := godJoined.FindStringSubmatch(w.text); m != nil {
		return token{m[1] + "lah", true, w.change}
	}
	return plainArticle(w)
}

// noArticle are names that only look as if they began with one.
var noArticle = []string{"الياس", "الهام", "الماس", "elias", "elyas"}

// plainArticle returns a word without its article.
func plainArticle(w token) token {
	if slices.Contains(noArticle, w.text) {
		return w
	}
	if !w.latin {
		if rest, ok := strings.CutPrefix(w.text, "ال"); ok && utf8.RuneCountInString(rest) >= 3 {
			return token{rest, false, w.change | Article}
		}
		return w
	}
	if m := articleJoined.FindStringSubmatch(w.text); m != nil {
		return token{m[1], true, w.change | Article}
	}
	return w
}
