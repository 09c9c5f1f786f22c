package pages_test

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"amana/intake/pages"
)

// render returns what a page writes.
func render(t testing.TB, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// thread returns the page of a code.
func thread(t testing.TB, lang string, th pages.Thread) []byte {
	t.Helper()
	th.Token = token
	return render(t, func(w io.Writer) error { return mustNew(t).Thread(w, lang, state, th) })
}

// TestOneLength: on the line every page that only a code or a token opens has one
// length, whatever stands on it.
func TestOneLength(t *testing.T) {
	for _, pg := range everyPage(t) {
		_, kind, again := strings.Cut(pg.name, "-")
		switch {
		case pg.name == "name" || strings.HasPrefix(pg.name, "name-"):
			continue // holds no more than the form, and tells no more
		case afterToken(pg.name), strings.HasPrefix(pg.name, "code-"):
		case again && slices.Contains([]string{"mistyped", "expired", "gone", "many"}, kind) && strings.HasPrefix(pg.name, "problem"):
		default:
			continue
		}
		if len(pg.data) != 8192 {
			t.Errorf("%s %s has %d bytes", pg.lang, pg.name, len(pg.data))
		}
		if !bytes.HasSuffix(pg.data, []byte("   \n</body>\n</html>\n")) {
			t.Errorf("%s %s does not end in spaces", pg.lang, pg.name)
		}
	}
	many := make([]pages.ReplyHead, 50)
	for i := range many {
		many[i] = pages.ReplyHead{ID: replyID, Day: "2026-11-22"}
	}
	for name, data := range map[string][]byte{
		"many replies": thread(t, "ar", pages.Thread{Parts: 1, Replies: many}),
		"long reply": render(t, func(w io.Writer) error {
			return mustNew(t).Reply(w, "ar", pages.Reply{Token: token, Text: strings.Repeat("\"", 2000)})
		}),
		"words": thread(t, "ar", pages.Thread{Form: told(strings.Repeat("كلمة", 5000), pages.Busy)}),
	} {
		if len(data)%4096 != 0 || len(data) <= 8192 {
			t.Errorf("%s: %d bytes", name, len(data))
		}
	}
	longest := render(t, func(w io.Writer) error {
		return mustNew(t).Reply(w, "ar", pages.Reply{Token: token, Text: strings.Repeat("ش", 2000)})
	})
	if len(longest) != 8192 {
		t.Errorf("the longest reply in Arabic has %d bytes", len(longest))
	}
}

// TestThread: what is said to have happened is what happened.
func TestThread(t *testing.T) {
	all := []string{
		"Nothing is kept here under this code.", "Perhaps this is another code",
		"1 part of what you sent is kept here.", "12 parts of what you sent are kept here.",
		"have not yet confirmed that any of it", "that 5 of 12 reached them", "that all of it reached them", "does not mean that they have read",
		"2 answers are waiting for you.", "Read the answer that came on 22 November 2026", "the reviewers learn that it arrived",
		"no answer for you here now", "What you added has arrived", "This testimony was withdrawn", "was destroyed here. What they have",
		"cannot tell just now whether an answer", "not all destroyed yet", "Press the button to finish", "Send the addition", "Withdraw the testimony", "Open the page for his name",
		"send one file at a time",
	}
	open := []string{"Send the addition", "Withdraw the testimony", "Open the page for his name", "send one file at a time"}
	quiet := append([]string{"no answer for you here now"}, open...)
	heads := []pages.ReplyHead{{ID: replyID, Day: "2026-11-22"}, {ID: replyID, Day: "2026-11-23"}}
	for name, c := range map[string]struct {
		thread pages.Thread
		says   []string
	}{
		"never used": {pages.Thread{}, append([]string{all[0], all[1]}, quiet...)},
		"waiting":    {pages.Thread{Parts: 1}, append([]string{all[2], all[4]}, quiet...)},
		"some":       {pages.Thread{Parts: 12, Collected: 5}, append([]string{all[3], all[5], all[7]}, quiet...)},
		"all":        {pages.Thread{Parts: 12, Collected: 12}, append([]string{all[3], all[6], all[7]}, quiet...)},
		"replies":    {pages.Thread{Parts: 1, Replies: heads}, append([]string{all[2], all[4], all[8], all[9], all[10]}, open...)},
		"unreadable": {pages.Thread{Parts: 1, Unreadable: true}, append([]string{all[2], all[4], all[15]}, open...)},
		"added":      {pages.Thread{Parts: 1, Added: true}, append([]string{all[2], all[4], all[12]}, quiet...)},
		"withdrawn":  {pages.Thread{Withdrawn: true, Collected: 1}, []string{all[13], all[14]}},
		"unfinished": {pages.Thread{Withdrawn: true, Unfinished: true, Parts: 2}, []string{all[13], all[16], all[17]}},
	} {
		page := string(thread(t, "en", c.thread))
		for _, sentence := range all {
			if got := strings.Contains(page, sentence); got != slices.Contains(c.says, sentence) {
				t.Errorf("%s: says %q: %v", name, sentence, got)
			}
		}
	}
	for _, want := range []string{"ردّان ينتظرانك.", "يوم ٢٢ تشرين الثاني ٢٠٢٦", "وصل إليهم ٥ من ١٢", "محفوظ هنا مما أرسلته ١٢ جزءًا."} {
		if page := string(thread(t, "ar", pages.Thread{Parts: 12, Collected: 5, Replies: heads})); !strings.Contains(page, want) {
			t.Errorf("in Arabic it does not say %q", want)
		}
	}
}

// TestReplyButtons: each reply has a button that names it.
func TestReplyButtons(t *testing.T) {
	heads := []pages.ReplyHead{{ID: replyID, Day: "2026-11-22"}, {ID: `"><b>`, Day: "soon"}}
	var got []string
	for _, n := range parse(t, thread(t, "en", pages.Thread{Replies: heads})) {
		if n.Data == "button" && attr(n, "name") != "" {
			got = append(got, attr(n, "name"), attr(n, "value"), text(n))
		}
	}
	want := []string{"id", replyID, "Read the answer that came on 22 November 2026", "id", `"><b>`, "Read the answer that came on soon"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// TestToken: each form has the token it was given, whole.
func TestToken(t *testing.T) {
	p := mustNew(t)
	const odd = `a"b<c>&'d`
	for name, write := range map[string]func(io.Writer) error{
		"receipt":  func(w io.Writer) error { return p.Receipt(w, "ar", pages.Receipt{Token: odd}) },
		"thread":   func(w io.Writer) error { return p.Thread(w, "ar", state, pages.Thread{Token: odd}) },
		"reply":    func(w io.Writer) error { return p.Reply(w, "ar", pages.Reply{Token: odd}) },
		"name":     func(w io.Writer) error { return p.Name(w, "ar", state, pages.Form{Token: odd}) },
		"withdraw": func(w io.Writer) error { return p.Withdraw(w, "ar", pages.Withdraw{Token: odd}) },
	} {
		forms, tokens := 0, 0
		for _, n := range parse(t, render(t, write)) {
			if n.Data == "form" {
				forms++
			}
			if attr(n, "name") == "token" && attr(n, "value") == odd {
				tokens++
			}
		}
		if forms == 0 || forms != tokens {
			t.Errorf("%s: %d forms have %d tokens", name, forms, tokens)
		}
	}
	if page := render(t, func(w io.Writer) error { return p.Receipt(w, "ar", pages.Receipt{}) }); bytes.Contains(page, []byte("<form")) {
		t.Error("a receipt without a token leads on")
	}
}

// TestCodeShown: the words of the code stand in order, in a list of their
// language, and only where there are some.
func TestCodeShown(t *testing.T) {
	p := mustNew(t)
	words := receipts["receipt-code"].Code
	for lang, dir := range map[string]string{"ar": "rtl", "en": "ltr"} {
		data := render(t, func(w io.Writer) error { return p.Receipt(w, lang, receipts["receipt-code"]) })
		list, got := wordsOf(t, data)
		if !slices.Equal(got, words) || attr(list, "lang") != lang || attr(list, "dir") != dir || attr(list, "translate") != "no" {
			t.Errorf("%s: the words are %q in %v", lang, got, list.Attr)
		}
		for _, word := range words {
			if bytes.Count(data, []byte(word)) != 1 {
				t.Errorf("%s: %q does not stand once", lang, word)
			}
		}
	}
	for _, name := range []string{"receipt", "receipt-token"} {
		data := render(t, func(w io.Writer) error { return p.Receipt(w, "en", receipts[name]) })
		if bytes.Contains(data, []byte("<ol")) || bytes.Contains(data, []byte("eight words")) {
			t.Errorf("%s speaks of a code", name)
		}
		if got := bytes.Contains(data, []byte("You took no code")); got != (name == "receipt-token") {
			t.Errorf("%s says that there is none: %v", name, got)
		}
	}
}

// TestReplyText: a reply is shown as it was written, and is nothing but text.
func TestReplyText(t *testing.T) {
	p := mustNew(t)
	for _, reply := range []string{"", "مرحبًا\n\nسطر", `</div><script>alert(1)</script>`, "\ue000token\ue001 {{.}}", "a\u202eb", "<!--", strings.Repeat("<&>", 600)} {
		data := render(t, func(w io.Writer) error {
			return p.Reply(w, "ar", pages.Reply{Token: token, Day: "2026-11-22", Text: reply})
		})
		var got *html.Node
		for _, n := range parse(t, data) {
			if attr(n, "class") == "reply" {
				got = n
			}
		}
		if got == nil || text(got) != reply || attr(got, "dir") != "auto" || !utf8.Valid(data) {
			t.Errorf("%q is not shown as it is", reply)
		}
	}
}

// TestFilesLost: files that had come are named, as text that turns no other words.
func TestFilesLost(t *testing.T) {
	p := mustNew(t)
	names := []string{"صورة.jpg", "<b>\u202egpj.exe", `"&'.png`}
	f := pages.Form{Problem: pages.Full, FilesLost: names, FilesMaybeLost: true, Token: token}
	for name, data := range map[string][]byte{
		"form":   render(t, func(w io.Writer) error { return p.Form(w, "en", state, f) }),
		"thread": thread(t, "en", pages.Thread{Form: f}),
	} {
		var got []string
		for _, n := range parse(t, data) {
			if n.Data == "bdi" {
				got = append(got, text(n))
			}
		}
		if !slices.Equal(got, names) || !bytes.Contains(data, []byte(`<a href="#files">`)) || bytes.Contains(data, []byte("If you had chosen files")) {
			t.Errorf("%s: names %q", name, got)
		}
	}
	maybe := render(t, func(w io.Writer) error {
		return p.Form(w, "en", state, pages.Form{Problem: pages.Full, FilesMaybeLost: true})
	})
	if bytes.Contains(maybe, []byte("<bdi>")) || !bytes.Contains(maybe, []byte("If you had chosen files")) {
		t.Error("files that may be lost are not spoken of")
	}
}

// TestThreadGivesBack: the words of an addition that is not taken come back.
func TestThreadGivesBack(t *testing.T) {
	const words = "\nكلمات </textarea> & \"x\""
	for _, n := range parse(t, thread(t, "ar", pages.Thread{Parts: 1, Form: told(words, pages.TotalTooLarge)})) {
		if n.Data == "textarea" && text(n) != words {
			t.Errorf("got %q", text(n))
		}
	}
}

// TestReturn: the page that asks for the code has nothing that was typed, and says
// what is wrong at its field.
func TestReturn(t *testing.T) {
	for _, kind := range []pages.ProblemKind{"", pages.Mistyped, pages.Expired, pages.Busy} {
		data := render(t, func(w io.Writer) error { return mustNew(t).Return(w, "en", pages.Return{Problem: kind}) })
		if got := bytes.Count(data, []byte(`role="alert"`)); got != map[bool]int{true: 1}[kind != ""] {
			t.Errorf("%q: %d alerts", kind, got)
		}
		for _, n := range parse(t, data) {
			if attr(n, "name") != "code" {
				continue
			}
			if text(n) != "" || n.Data != "textarea" || attr(n, "autocomplete") != "off" || attr(n, "spellcheck") != "false" {
				t.Errorf("%q: the field is %v with %q", kind, n.Attr, text(n))
			}
			if about := kind == pages.Mistyped || kind == pages.Expired; (attr(n, "aria-invalid") == "true") != about {
				t.Errorf("%q: invalid is %q", kind, attr(n, "aria-invalid"))
			}
		}
	}
}

// TestWithdrawing: what withdrawing does and cannot do is said before and after.
func TestWithdrawing(t *testing.T) {
	p := mustNew(t)
	for _, c := range []struct {
		data []byte
		says []string
	}{
		{render(t, func(w io.Writer) error {
			return p.Withdraw(w, "en", pages.Withdraw{Token: token, Parts: 5, Collected: 2})
		}),
			[]string{"that 2 of 5 parts", "is destroyed here and does not come back", "may be on its way", "we cannot destroy", "sealed note", "cannot be called back", "add nothing under this code", "Yes, withdraw"}},
		{render(t, func(w io.Writer) error { return p.Withdrawn(w, "en", pages.Withdrawn{Destroyed: 3, Collected: 2}) }),
			[]string{"3 parts were destroyed", "have 2 parts of it", "sealed note", "cannot be called back", "Nothing can be added"}},
		{render(t, func(w io.Writer) error { return p.Withdrawn(w, "ar", pages.Withdrawn{}) }),
			[]string{"لم يبقَ هنا شيء يُمحى.", "لم يؤكد المؤتمنون", "رسالة مختومة"}},
	} {
		for _, want := range c.says {
			if !bytes.Contains(c.data, []byte(want)) {
				t.Errorf("it does not say %q", want)
			}
		}
	}
}
