package pages_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"amana/intake/pages"
)

// The paths that pages may lead to: by a link, and by a form.
var (
	linked = regexp.MustCompile(`^(#[a-z0-9]+|/style\.css|/roster\.txt|/[a-z]{2}/(testimony|safety|before|code)?)$`)
	posted = regexp.MustCompile(`^/[a-z]{2}/(testimony|code|thread|add|reply|name|withdraw)$`)
)

// TestStructure holds every page to what Tor Browser's "Safest" mode, the
// content security policy and a screen reader need.
func TestStructure(t *testing.T) {
	direction := map[string]string{"ar": "rtl", "de": "ltr", "en": "ltr", "tr": "ltr"}
	hidden := map[string]bool{"token": true, "send": true, "sure": true}
	for _, pg := range everyPage(t) {
		t.Run(pg.lang+"/"+pg.name, func(t *testing.T) {
			ids, count := map[string]*html.Node{}, map[string]int{}
			labels := map[string]bool{}
			nodes := parse(t, pg.data)
			for _, n := range nodes {
				count[n.Data]++
				if id := attr(n, "id"); id != "" {
					if ids[id] != nil {
						t.Errorf("two elements have the id %q", id)
					}
					ids[id] = n
				}
				if n.Data == "label" {
					labels[attr(n, "for")] = strings.TrimSpace(text(n)) != ""
				}
			}
			for _, n := range nodes {
				switch n.Data {
				case "html":
					if attr(n, "lang") != pg.lang || attr(n, "dir") != direction[pg.lang] {
						t.Errorf("<html lang=%q dir=%q>", attr(n, "lang"), attr(n, "dir"))
					}
				case "script", "style", "img", "iframe", "object", "embed", "video", "audio", "base", "svg":
					t.Errorf("there is a <%s>", n.Data)
				case "input", "textarea", "select":
					switch {
					case attr(n, "type") == "hidden":
						if !hidden[attr(n, "name")] {
							t.Errorf("the hidden %q is not expected", attr(n, "name"))
						}
					case !labels[attr(n, "id")] && n.Parent.Data != "label":
						t.Errorf("<%s name=%q> has no label", n.Data, attr(n, "name"))
					}
				case "meta":
					if attr(n, "http-equiv") != "" {
						t.Errorf("<meta http-equiv=%q>", attr(n, "http-equiv"))
					}
				case "form":
					if attr(n, "method") != "post" || attr(n, "enctype") != "multipart/form-data" || attr(n, "accept-charset") != "utf-8" || attr(n, "autocomplete") != "off" {
						t.Errorf("a form is not as all are: %v", n.Attr)
					}
				}
				for _, a := range n.Attr {
					switch {
					case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
						t.Errorf("<%s> has the attribute %s", n.Data, a.Key)
					case a.Key == "src" || a.Key == "formaction":
						t.Errorf("<%s> has the attribute %s", n.Data, a.Key)
					case a.Key == "href" && !linked.MatchString(a.Val), a.Key == "action" && !posted.MatchString(a.Val):
						t.Errorf("<%s %s=%q> does not lead to a page of ours", n.Data, a.Key, a.Val)
					case a.Key == "href":
						if id, ok := strings.CutPrefix(a.Val, "#"); ok && ids[id] == nil {
							t.Errorf("link to %q, which is not there", id)
						}
					case a.Key == "aria-describedby":
						for id := range strings.FieldsSeq(a.Val) {
							if ids[id] == nil {
								t.Errorf("aria-describedby %q, which is not there", id)
							}
						}
					}
				}
			}
			for _, one := range []string{"h1", "main", "title", "footer"} {
				if count[one] != 1 {
					t.Errorf("there are %d <%s>", count[one], one)
				}
			}
			for _, want := range []string{`<meta name="referrer" content="no-referrer">`, `<meta name="viewport" content="width=device-width, initial-scale=1">`, `<meta charset="utf-8">`} {
				if !bytes.Contains(pg.data, []byte(want)) {
					t.Errorf("there is no %s", want)
				}
			}
			for _, bad := range []string{"<no value>", "{{", "%!", "\ue000", "\ue001", "ZgotmplZ", "http:", "https:"} {
				if bytes.Contains(pg.data, []byte(bad)) {
					t.Errorf("the page holds %q", bad)
				}
			}
		})
	}
}

// TestFormFields: a server that reads parts as they come has the token before
// everything, and the words before the files, which may break off.
func TestFormFields(t *testing.T) {
	first := map[string]string{
		"testimony": "narrative", "code": "code", "thread": "token", "add": "token",
		"reply": "token", "name": "token", "withdraw": "token",
	}
	for _, pg := range everyPage(t) {
		for _, n := range parse(t, pg.data) {
			if n.Data != "form" {
				continue
			}
			path := strings.TrimPrefix(attr(n, "action"), "/"+pg.lang+"/")
			var names []string
			buttons := 0
			for c := range n.Descendants() {
				if name := attr(c, "name"); c.Type == html.ElementNode && name != "" && c.Data != "button" {
					names = append(names, name)
				}
				if c.Data == "button" {
					buttons++
				}
			}
			if len(names) == 0 || names[0] != first[path] || buttons == 0 {
				t.Errorf("%s %s: the form to %s has %q and %d buttons", pg.lang, pg.name, path, names, buttons)
			}
			files := slices.Index(names, "files")
			if wants := path == "testimony" || path == "add"; wants != (files >= 0) || wants && files != len(names)-1 {
				t.Errorf("%s %s: in the form to %s the files are number %d of %q", pg.lang, pg.name, path, files, names)
			}
			if path == "name" && slices.Contains(names, "send") != (strings.HasPrefix(pg.name, "name")) {
				t.Errorf("%s %s: the form to name has %q", pg.lang, pg.name, names)
			}
			if sure := pg.name == "withdraw" || pg.name == "thread-unfinished"; path == "withdraw" && slices.Contains(names, "sure") != sure {
				t.Errorf("%s %s: the form to withdraw has %q", pg.lang, pg.name, names)
			}
		}
	}
}

// TestTitles: on the way back the title says so, and no title tells more at a
// glance than that these are Amana's pages.
func TestTitles(t *testing.T) {
	first := map[string]string{"ar": "أمانة", "de": "Amana", "en": "Amana", "tr": "Amana"}
	titles := map[string]string{}
	for _, pg := range everyPage(t) {
		for _, n := range parse(t, pg.data) {
			if n.Data == "title" {
				titles[pg.lang+" "+pg.name] = text(n)
				if name, rest, _ := strings.Cut(text(n), ": "); name != first[pg.lang] || len([]rune(rest)) > 20 {
					t.Errorf("%s %s has the title %q", pg.lang, pg.name, text(n))
				}
			}
		}
	}
	for name, title := range titles {
		before, _, back := strings.Cut(name, "-")
		switch {
		case !back || strings.HasSuffix(before, "landing") || strings.HasSuffix(before, "problem") || strings.HasSuffix(before, "receipt"):
		case titles[before] == title, strings.HasSuffix(before, "thread") && titles[before+"-nothing"] == title:
			if slices.ContainsFunc(allKinds, func(k pages.ProblemKind) bool { return strings.HasSuffix(name, "-"+string(k)) }) {
				t.Errorf("the title of %s does not say that something is wrong", name)
			}
		}
	}
}
