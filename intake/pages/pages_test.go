package pages_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"

	"amana/intake/pages"
	"amana/internal/questionnaire"
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
	pages.Invalid, pages.Mistyped, pages.Expired, pages.Gone, pages.Many,
}

// page is one page as a source may see it.
type page struct {
	name, lang string
	data       []byte
}

// everyPage renders every page in every language, with an organisation that says
// as much as it may where one is shown.
func everyPage(t testing.TB) []page {
	t.Helper()
	p, organised := mustNew(t), mustOrganised(t)
	var all []page
	for _, lang := range p.Languages() {
		add := func(name string, write func(io.Writer) error) {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			all = append(all, page{name, lang, b.Bytes()})
		}
		add("landing", func(w io.Writer) error { return p.Landing(w, lang, state) })
		add("landing-organised", func(w io.Writer) error { return organised.Landing(w, lang, state) })
		add("safety", func(w io.Writer) error { return p.Safety(w, lang, state) })
		add("before", func(w io.Writer) error { return p.Before(w, lang, state) })
		add("before-organised", func(w io.Writer) error { return organised.Before(w, lang, state) })
		add("form", func(w io.Writer) error { return p.Form(w, lang, state, pages.Form{}) })
		add("name", func(w io.Writer) error { return p.Name(w, lang, state, pages.Form{Token: token}) })
		add("code", func(w io.Writer) error { return p.Return(w, lang, pages.Return{}) })
		for name, r := range receipts {
			add(name, func(w io.Writer) error { return organised.Receipt(w, lang, r) })
		}
		for name, thread := range threads {
			add(name, func(w io.Writer) error { return p.Thread(w, lang, state, thread) })
		}
		add("reply", func(w io.Writer) error {
			return p.Reply(w, lang, pages.Reply{Token: token, Day: "2026-11-22", Text: strings.Repeat("شهادة\n", 333)})
		})
		add("withdraw", func(w io.Writer) error {
			return p.Withdraw(w, lang, pages.Withdraw{Token: token, Parts: 12, Collected: 3})
		})
		add("withdrawn", func(w io.Writer) error {
			return p.Withdrawn(w, lang, pages.Withdrawn{Destroyed: 9, Collected: 3})
		})
		for _, kind := range allKinds {
			back := told("كلمات words", kind)
			back.FilesLost, back.Token = []string{"صورة.jpg", "<b>.png"}, token
			if kind == pages.Invalid {
				back.Fields = wrong
			}
			add("problem-"+string(kind), func(w io.Writer) error {
				return p.Problem(w, lang, pages.Problem{Kind: kind, State: state})
			})
			add("form-"+string(kind), func(w io.Writer) error { return p.Form(w, lang, state, back) })
			add("name-"+string(kind), func(w io.Writer) error {
				return p.Name(w, lang, state, pages.Form{Problem: kind, Token: token})
			})
			add("code-"+string(kind), func(w io.Writer) error { return p.Return(w, lang, pages.Return{Problem: kind}) })
			add("thread-"+string(kind), func(w io.Writer) error {
				return p.Thread(w, lang, state, pages.Thread{Token: token, Parts: 1, Form: back})
			})
		}
	}
	return all
}

// token is what a server may give a page, of the length that it has.
var token = strings.Repeat("Qk5-_w", 24)

var receipts = map[string]pages.Receipt{
	"receipt":       {Files: 3, Day: "2026-11-22"},
	"receipt-token": {Files: 3, Day: "2026-11-22", Token: token},
	"receipt-code": {Files: 3, Day: "2026-11-22", Token: token,
		Code: []string{"برتقال", "قنديل", "مفتاح", "زيتون", "سنبلة", "مركب", "نافذة", "عصفور"}},
}

var threads = map[string]pages.Thread{
	"thread-nothing":    {Token: token},
	"thread-waiting":    {Token: token, Parts: 3},
	"thread-added":      {Token: token, Parts: 3, Added: true},
	"thread-some":       {Token: token, Parts: 12, Collected: 11, Replies: []pages.ReplyHead{{ID: replyID, Day: "2026-11-22"}, {ID: replyID, Day: "2026-12-01"}}},
	"thread-all":        {Token: token, Parts: 12, Collected: 12},
	"thread-withdrawn":  {Token: token, Collected: 2, Withdrawn: true},
	"thread-unfinished": {Token: token, Parts: 2, Withdrawn: true, Unfinished: true},
}

const replyID = "00112233445566778899aabbccddeeff"

// wrong is something to look at in the narrative.
var wrong = []questionnaire.Problem{{
	Key: "narrative", Question: pages.SampleSchema().Sections[0].Questions[0], Kind: questionnaire.NotText,
}}

func mustNew(t testing.TB) *pages.Pages {
	t.Helper()
	p, err := pages.New(pages.Options{Questionnaire: pages.SampleSchema()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// mustOrganised is mustNew with an organisation.
func mustOrganised(t testing.TB) *pages.Pages {
	t.Helper()
	p, err := pages.New(pages.Options{Questionnaire: pages.SampleSchema(), Organisation: pages.SampleOrganisation("ar", "de", "en", "tr")})
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
	if !slices.Equal(got, []string{"ar", "de", "en", "tr"}) {
		t.Fatalf("Languages() = %q", got)
	}
	shipped, err := pages.New(pages.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got := shipped.Languages(); !slices.Equal(got, []string{"ar", "de", "en", "tr"}) {
		t.Errorf("with the questionnaire that is shipped, Languages() = %q", got)
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

// TestSize: over Tor on a bad line every kilobyte is a wait. Headers take less
// than 1,000 bytes besides.
func TestSize(t *testing.T) {
	for _, pg := range everyPage(t) {
		most := 13_000
		if pg.name == "form" || strings.HasPrefix(pg.name, "form-") {
			most = 60_000
		}
		if len(pg.data) > most {
			t.Errorf("%s %s has %d bytes", pg.lang, pg.name, len(pg.data))
		}
	}
	if size := len(mustNew(t).Style()); size > 13_000 {
		t.Errorf("the style sheet has %d bytes", size)
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

// TestProblemInForm: the problem stands on top as an alert, leads to its field,
// and the field says that it is described by it.
func TestProblemInForm(t *testing.T) {
	p := mustNew(t)
	field := map[pages.ProblemKind]string{
		pages.Empty: "narrative", pages.TextTooLong: "narrative",
		pages.FileTooLarge: "files", pages.TotalTooLarge: "files", pages.TooManyFiles: "files",
	}
	for _, lang := range p.Languages() {
		for _, kind := range allKinds {
			f := pages.Form{Problem: kind, Token: token}
			for name, write := range map[string]func(io.Writer) error{
				"form":   func(w io.Writer) error { return p.Form(w, lang, state, f) },
				"thread": func(w io.Writer) error { return p.Thread(w, lang, state, pages.Thread{Token: token, Form: f}) },
			} {
				var b bytes.Buffer
				if err := write(&b); err != nil {
					t.Fatal(err)
				}
				page := b.String()
				if strings.Count(page, `role="alert"`) != 1 || strings.Index(page, `role="alert"`) > strings.Index(page, "<form") {
					t.Errorf("%s %s %s: no alert above the form", lang, name, kind)
				}
				for _, n := range parse(t, b.Bytes()) {
					id := attr(n, "id")
					if id != "narrative" && id != "files" {
						continue
					}
					about := field[kind] == id
					if got := strings.Contains(page, `<a href="#`+id+`">`); got != about {
						t.Errorf("%s %s %s: link to %s: %v", lang, name, kind, id, got)
					}
					if got := slices.Contains(strings.Fields(attr(n, "aria-describedby")), "problem"); got != about {
						t.Errorf("%s %s %s: %s described by the problem: %v", lang, name, kind, id, got)
					}
					if got := attr(n, "aria-invalid") == "true"; got != about {
						t.Errorf("%s %s %s: %s invalid: %v", lang, name, kind, id, got)
					}
				}
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

// afterToken reports whether a page is an answer that only a token or a code
// opens: nothing opens it a second time.
func afterToken(name string) bool {
	for _, one := range []string{"receipt", "thread", "reply", "name", "withdraw"} {
		if strings.HasPrefix(name, one) {
			return true
		}
	}
	return false
}

// TestNoWayOn: a page reached by an unsafe way leads nowhere, and where a link
// would lose what stands on the page there is none.
func TestNoWayOn(t *testing.T) {
	for _, pg := range everyPage(t) {
		links := 0
		for _, n := range parse(t, pg.data) {
			if n.Data == "a" && !strings.HasPrefix(attr(n, "href"), "#") {
				links++
			}
		}
		none := pg.name == "problem-tor2web" || afterToken(pg.name) || strings.HasPrefix(pg.name, "form-") || strings.HasPrefix(pg.name, "code-")
		if none != (links == 0) {
			t.Errorf("%s %s has %d links", pg.lang, pg.name, links)
		}
	}
}

// TestWayOut: every page says how to leave, and pages that were only asked for
// lead to what there is to know about it.
func TestWayOut(t *testing.T) {
	said := map[string]string{
		"ar": "لا يوجد زر يمحو كل أثر", "de": "Kein Knopf kann alle Spuren löschen",
		"en": "No button can wipe every trace", "tr": "Hiçbir düğme bütün izleri silemez",
	}
	for _, pg := range everyPage(t) {
		_, foot, _ := bytes.Cut(pg.data, []byte("<footer>"))
		if said[pg.lang] == "" || !bytes.Contains(foot, []byte(said[pg.lang])) || !bytes.Contains(foot, []byte("New Identity")) {
			t.Errorf("%s %s does not say how to leave", pg.lang, pg.name)
		}
		leads := bytes.Contains(pg.data, []byte(`href="/`+pg.lang+`/safety"`))
		switch strings.TrimSuffix(pg.name, "-organised") {
		case "landing", "before", "form", "code":
			if !leads {
				t.Errorf("%s %s does not lead to safety", pg.lang, pg.name)
			}
		case "safety":
		default:
			if leads {
				t.Errorf("%s %s leads away to safety", pg.lang, pg.name)
			}
		}
	}
}

// TestWordsNotSaid: "dissident" is wrong, the law's words for defectors name a crime,
// "مراجع" sounds like a summons, an “ifade” is given to the police, and a cookie notice,
// a promise of an answer, or that there is no way back would not be true.
func TestWordsNotSaid(t *testing.T) {
	for _, pg := range everyPage(t) {
		for _, word := range []string{"dissident", "المعارض", "مراجع", "سنرد", "we will answer", "Unsubscribe", "through this page yet", "من هذه الصفحة حتى الآن", "لن تحتاج إليها",
			"Deserteur", "desertier", "fahnenfl", "Überläufer", "Quelle", "wir antworten", "firari", "kaçağı", "muhalif", "ifade", "kaynak", "cevap vereceğiz"} {
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
			if err := p.Form(&b, p.Languages()[i%4], state, told(mark, allKinds[i%len(allKinds)])); err != nil {
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
