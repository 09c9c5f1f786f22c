package pages_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"amana/intake/pages"
)

// state is a server as it may be set up.
var state = pages.State{
	Reviewers: 3, Epoch: 2, Sum: sha256.Sum256([]byte("list")),
	MaxText: 200_000, MaxFile: 2 << 30, MaxTotal: 4 << 30, MaxFiles: 100,
}

// allKinds are the kinds of problem, written out so that one lost is noticed.
var allKinds = []pages.ProblemKind{
	pages.Empty, pages.TextTooLong, pages.FileTooLarge, pages.TotalTooLarge,
	pages.TooManyFiles, pages.Malformed, pages.NotFound, pages.Method, pages.Tor2web,
	pages.Internal, pages.Busy, pages.Full, pages.Closed, pages.Changed, pages.TooSlow, pages.Interrupted,
}

// page is one page as a source may see it.
type page struct {
	name, lang string
	data       []byte
}

// everyPage renders every page in every language.
func everyPage(t testing.TB) []page {
	t.Helper()
	p := mustNew(t)
	var all []page
	for _, lang := range p.Languages() {
		add := func(name string, write func(*bytes.Buffer) error) {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			all = append(all, page{name, lang, b.Bytes()})
		}
		add("landing", func(b *bytes.Buffer) error { return p.Landing(b, lang, state) })
		add("form", func(b *bytes.Buffer) error { return p.Form(b, lang, state, pages.Form{}) })
		add("receipt", func(b *bytes.Buffer) error {
			return p.Receipt(b, lang, pages.Receipt{Files: 3, Day: "2026-11-22"})
		})
		for _, kind := range allKinds {
			add("problem-"+string(kind), func(b *bytes.Buffer) error {
				return p.Problem(b, lang, pages.Problem{Kind: kind, State: state})
			})
			add("form-"+string(kind), func(b *bytes.Buffer) error {
				return p.Form(b, lang, state, pages.Form{Narrative: "كلمات words", Problem: kind, FilesLost: true})
			})
		}
	}
	return all
}

func mustNew(t testing.TB) *pages.Pages {
	t.Helper()
	p, err := pages.New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// parse returns every element of a page.
func parse(t testing.TB, data []byte) []*html.Node {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var all []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			all = append(all, n)
		}
	}
	return all
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func TestLanguages(t *testing.T) {
	p := mustNew(t)
	got := p.Languages()
	if !slices.Equal(got, []string{"ar", "en"}) {
		t.Fatalf("Languages() = %q", got)
	}
	got[0] = "changed"
	if p.Languages()[0] != pages.DefaultLanguage {
		t.Error("the caller can change the languages")
	}
	var ar, other bytes.Buffer
	for lang, b := range map[string]*bytes.Buffer{"ar": &ar, "../xx": &other} {
		if err := p.Landing(b, lang, state); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(ar.Bytes(), other.Bytes()) {
		t.Error("a language that is not offered does not give the default")
	}
}

// TestStructure holds every page to what Tor Browser's "Safest" mode, the
// content security policy and a screen reader need.
func TestStructure(t *testing.T) {
	direction := map[string]string{"ar": "rtl", "en": "ltr"}
	inputs := map[string]bool{"narrative": true, "files": true}
	style := mustNew(t).Style()
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
					if !inputs[attr(n, "name")] || !labels[attr(n, "id")] {
						t.Errorf("<%s name=%q> is not expected or has no label", n.Data, attr(n, "name"))
					}
				case "meta":
					if attr(n, "http-equiv") != "" {
						t.Errorf("<meta http-equiv=%q>", attr(n, "http-equiv"))
					}
				}
				for _, a := range n.Attr {
					switch {
					case a.Key == "style" || strings.HasPrefix(a.Key, "on"):
						t.Errorf("<%s> has the attribute %s", n.Data, a.Key)
					case a.Key == "href" || a.Key == "src" || a.Key == "action" || a.Key == "formaction":
						if !regexp.MustCompile(`^(#[a-z]+|/style\.css|/roster\.txt|/[a-z]{2}/(testimony)?)$`).MatchString(a.Val) {
							t.Errorf("<%s %s=%q> does not lead to a page of ours", n.Data, a.Key, a.Val)
						}
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
			for _, one := range []string{"h1", "main", "title"} {
				if count[one] != 1 {
					t.Errorf("there are %d <%s>", count[one], one)
				}
			}
			for _, want := range []string{`<meta name="referrer" content="no-referrer">`, `<meta name="viewport" content="width=device-width, initial-scale=1">`, `<meta charset="utf-8">`} {
				if !bytes.Contains(pg.data, []byte(want)) {
					t.Errorf("there is no %s", want)
				}
			}
			if size := len(pg.data) + len(style); size > 30_000 {
				t.Errorf("page and style sheet have %d bytes together", size)
			}
			for _, bad := range []string{"<no value>", "{{", "%!", "%NARRATIVE%", "ZgotmplZ", "http:", "https:"} {
				if bytes.Contains(pg.data, []byte(bad)) {
					t.Errorf("the page holds %q", bad)
				}
			}
		})
	}
}

func TestFormFields(t *testing.T) {
	for _, pg := range everyPage(t) {
		if !strings.HasPrefix(pg.name, "form") {
			continue
		}
		var order []string
		for _, n := range parse(t, pg.data) {
			switch n.Data {
			case "form":
				order = append(order, fmt.Sprintf("form %s %s %s %s %s", attr(n, "method"), attr(n, "action"),
					attr(n, "enctype"), attr(n, "accept-charset"), attr(n, "autocomplete")))
			case "textarea":
				order = append(order, "textarea "+attr(n, "name")+" "+attr(n, "maxlength"))
			case "input":
				order = append(order, "input "+attr(n, "type")+" "+attr(n, "name"))
			case "button":
				order = append(order, "button "+attr(n, "type"))
			}
		}
		// The narrative goes first: a server that reads parts as they come has
		// it before the files, which may break off.
		want := []string{"form post /" + pg.lang + "/testimony multipart/form-data utf-8 off",
			"textarea narrative 200000", "input file files", "button submit"}
		if !slices.Equal(order, want) {
			t.Errorf("%s %s: got %q, want %q", pg.lang, pg.name, order, want)
		}
	}
}

// TestProblemInForm: the problem stands on top as an alert, leads to its field,
// and the field says that it is described by it.
func TestProblemInForm(t *testing.T) {
	field := map[pages.ProblemKind]string{
		pages.Empty: "narrative", pages.TextTooLong: "narrative",
		pages.FileTooLarge: "files", pages.TotalTooLarge: "files", pages.TooManyFiles: "files",
	}
	for _, lang := range []string{"ar", "en"} {
		for _, kind := range allKinds {
			var b bytes.Buffer
			if err := mustNew(t).Form(&b, lang, state, pages.Form{Problem: kind}); err != nil {
				t.Fatal(err)
			}
			page := b.String()
			if strings.Count(page, `role="alert"`) != 1 || strings.Index(page, `role="alert"`) > strings.Index(page, "<form") {
				t.Errorf("%s %s: no alert above the form", lang, kind)
			}
			for _, name := range []string{"narrative", "files"} {
				about := field[kind] == name
				if got := strings.Contains(page, `<a href="#`+name+`">`); got != about {
					t.Errorf("%s %s: link to %s: %v", lang, kind, name, got)
				}
				if got := strings.Contains(page, `aria-describedby="problem `+name+`-hint"`); got != about {
					t.Errorf("%s %s: %s described by the problem: %v", lang, kind, name, got)
				}
			}
		}
	}
}

// TestNoWayOn: a page reached by an unsafe way, and a receipt, lead nowhere.
func TestNoWayOn(t *testing.T) {
	for _, pg := range everyPage(t) {
		links := bytes.Count(pg.data, []byte("<a "))
		if leads := links > 0; leads == (pg.name == "problem-tor2web" || pg.name == "receipt") {
			t.Errorf("%s %s has %d links", pg.lang, pg.name, links)
		}
	}
}

// TestWordsNotSaid: "dissident" is wrong, "مراجع" sounds like a summons, and a
// code, a cookie notice or a promise of an answer would not be true.
func TestWordsNotSaid(t *testing.T) {
	for _, pg := range everyPage(t) {
		for _, word := range []string{"dissident", "your code", "receipt code", "المعارض", "مراجع", "رمزك", "سنرد", "we will answer", "Unsubscribe"} {
			if strings.Contains(strings.ToLower(string(pg.data)), strings.ToLower(word)) {
				t.Errorf("%s %s says %q", pg.lang, pg.name, word)
			}
		}
	}
}

func TestUnknownProblem(t *testing.T) {
	var unknown, internal bytes.Buffer
	p := mustNew(t)
	for kind, b := range map[pages.ProblemKind]*bytes.Buffer{"<b>": &unknown, pages.Internal: &internal} {
		if err := p.Problem(b, "en", pages.Problem{Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(unknown.Bytes(), internal.Bytes()) {
		t.Error("an unknown kind is not shown as Internal")
	}
}

// TestAtOnce is for the race detector, and for words that leak from one page
// into another.
func TestAtOnce(t *testing.T) {
	p := mustNew(t)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			mark := fmt.Sprintf("mark-%d-end", i)
			var b bytes.Buffer
			if err := p.Form(&b, p.Languages()[i%2], state, pages.Form{Narrative: mark, Problem: allKinds[i%len(allKinds)]}); err != nil {
				t.Error(err)
			}
			if strings.Count(b.String(), "mark-") != 1 || !strings.Contains(b.String(), mark) {
				t.Errorf("page %d does not hold its own words alone", i)
			}
		})
	}
	wg.Wait()
}

func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatalf("failed to list dependencies: %v", err)
	}
	for dep := range strings.FieldsSeq(string(out)) {
		if dep == "net" || dep == "net/http" {
			t.Errorf("pages depends on %s", dep)
		}
	}
	if !strings.Contains(string(out), "html/template") {
		t.Error("the list of dependencies is not one")
	}
}
