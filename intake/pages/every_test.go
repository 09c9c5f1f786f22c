package pages_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

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
	pages.Internal, pages.Busy, pages.Much, pages.Full, pages.Closed, pages.Changed, pages.TooSlow, pages.Interrupted,
	pages.Invalid, pages.Mistyped, pages.Expired, pages.Gone, pages.Many,
}

// page is one page as a source may see it.
type page struct {
	name, lang string
	data       []byte
}

// everyPage renders every page in every language, with few questions, and with an
// organisation that says as much as it may where one is shown.
func everyPage(t testing.TB) []page {
	t.Helper()
	every.Do(func() { every.pages = renderEvery(t, mustNew(t), mustOrganised(t), state, sampleAnswers) })
	return slices.Clone(every.pages)
}

// every keeps the pages, which many tests look at.
var every struct {
	sync.Once
	pages []page
}

// answers are what comes back with [pages.Invalid], on the form and on the page of
// his name.
type answers struct {
	values     map[string][]string
	form, name []questionnaire.Problem
}

func renderEvery(t testing.TB, p, organised *pages.Pages, state pages.State, wrong answers) []page {
	t.Helper()
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
		add("code-words", func(w io.Writer) error {
			return p.Return(w, lang, pages.Return{Problem: pages.Expired, Words: "كلمات", FilesLost: []string{"صورة.jpg"}})
		})
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
			name := pages.Form{Problem: kind, Token: token}
			if kind == pages.Invalid {
				back.Values, back.Fields = wrong.values, wrong.form
				name.Values, name.Fields = wrong.values, wrong.name
			}
			add("problem-"+string(kind), func(w io.Writer) error {
				return p.Problem(w, lang, pages.Problem{Kind: kind, State: state})
			})
			add("form-"+string(kind), func(w io.Writer) error { return p.Form(w, lang, state, back) })
			add("name-"+string(kind), func(w io.Writer) error { return p.Name(w, lang, state, name) })
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
	"receipt-text":  {Day: "2026-11-22", Token: token},
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
	"thread-purged":     {Token: token, Parts: 12, Collected: 11, Purged: 3},
	"thread-unreadable": {Token: token, Parts: 1, Unreadable: true},
	"thread-bad":        {Token: token, Parts: 1, BadReply: true, Replies: []pages.ReplyHead{{ID: replyID, Day: "2026-11-21"}}},
	"thread-withdrawn":  {Token: token, Collected: 2, Withdrawn: true},
	"thread-words": {Token: token, Collected: 2, Withdrawn: true, Form: pages.Form{
		Problem: pages.Gone, Values: map[string][]string{"narrative": {"كلمات words"}},
	}},
	"thread-refused": {Token: token, Parts: 2, Collected: 1, Refused: pages.Full, Replies: []pages.ReplyHead{{ID: replyID, Day: "2026-11-22"}},
		Form: told("كلمات words", pages.Many)},
	"thread-unfinished": {Token: token, Parts: 2, Withdrawn: true, Unfinished: true},
}

const replyID = "00112233445566778899aabbccddeeff"

// sampleAnswers have something to look at in the narrative.
var sampleAnswers = answers{
	values: map[string][]string{"narrative": {"كلمات words"}},
	form: []questionnaire.Problem{{
		Key: "narrative", Question: pages.SampleSchema().Sections[0].Questions[0], Kind: questionnaire.NotText,
	}},
}

func mustNew(t testing.TB) *pages.Pages {
	t.Helper()
	p, err := plain()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var plain = sync.OnceValues(func() (*pages.Pages, error) {
	return pages.New(pages.Options{Questionnaire: pages.SampleSchema()})
})

// mustOrganised is mustNew with an organisation.
func mustOrganised(t testing.TB) *pages.Pages {
	t.Helper()
	p, err := pages.New(pages.Options{Questionnaire: pages.SampleSchema(), Organisation: pages.SampleOrganisation("ar", "de", "en", "tr")})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
