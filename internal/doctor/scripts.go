package doctor

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// scripts looks whether a page runs something, or fetches something from elsewhere.
func scripts(answers []*answer) Finding {
	const name = "onion scripts"
	pages := 0
	for _, a := range answers {
		if !a.page() {
			continue
		}
		pages++
		if what := foreign(a.body); what != "" {
			return Finding{name, Danger, fmt.Sprintf("the page %s has %s", a.path, what), "take the onion offline until you know why: no page of the intake's has that"}
		}
	}
	return fine(name, "none of %d pages runs anything, or fetches anything from elsewhere", pages)
}

// foreign names the first thing in a page that no page of the intake's has, or "".
func foreign(page []byte) string {
	for z := html.NewTokenizer(bytes.NewReader(page)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			if what := foreignTag(z.Token()); what != "" {
				return what
			}
		}
	}
}

func foreignTag(t html.Token) string {
	if slices.Contains([]string{"script", "iframe", "frame", "object", "embed", "applet", "base"}, t.Data) {
		return "<" + t.Data + ">"
	}
	for _, a := range t.Attr {
		value := strings.ToLower(strings.TrimSpace(a.Val))
		// A link that a person follows may lead elsewhere: an organisation names help.
		fetched := slices.Contains([]string{"src", "srcset", "action", "formaction", "data", "poster", "background", "ping"}, a.Key) || t.Data == "link" && a.Key == "href"
		switch {
		case strings.HasPrefix(a.Key, "on"), strings.HasPrefix(value, "javascript:"):
			return "a script in " + a.Key
		case t.Data == "meta" && a.Key == "http-equiv" && value == "refresh":
			return "a refresh"
		case fetched && (strings.HasPrefix(value, "//") || strings.Contains(value, ":")):
			return fmt.Sprintf("the address %q", a.Val)
		}
	}
	return ""
}
