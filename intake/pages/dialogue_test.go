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
		"Nothing is kept here under this code.", "Perhaps this is another code, your testimony did not arrive, or it is no longer kept here",
		"1 part of what you sent is kept here.", "12 parts of what you sent are kept here.",
		"have not yet confirmed that any of it", "that 5 of 12 parts reached them", "that all of it reached them", "does not mean that they have read",
		"2 answers are waiting for you.", "Read the answer that came on 22 November 2026", "the reviewers learn that it arrived",
		"no answer for you here now", "What you added has arrived", "This testimony was withdrawn", "was destroyed here. What they have",
		"cannot tell just now whether an answer", "not all destroyed yet", "Press the button to finish", "Send the addition", "Withdraw the testimony", "Open the page for his name",
		"send one file at a time", "Look at the eight words again", "We are closed for now",
		"That answer cannot be opened here",
		"1 part of what you sent is with the reviewers and is no longer kept here.", "7 parts of what you sent are with the reviewers and are no longer kept here.",
	}
	open := []string{"Send the addition", "Withdraw the testimony", "Open the page for his name", "send one file at a time"}
	quiet := append([]string{"no answer for you here now"}, open...)
	heads := []pages.ReplyHead{{ID: replyID, Day: "2026-11-22"}, {ID: replyID, Day: "2026-11-23"}}
	for name, c := range map[string]struct {
		thread pages.Thread
		says   []string
	}{
		"never used": {pages.Thread{}, []string{all[0], all[1], all[22], "no answer for you here now", open[0], open[2], open[3]}},
		"refused":    {pages.Thread{Parts: 1, Refused: pages.Closed}, []string{all[2], all[4], all[11], all[23]}},
		"to read":    {pages.Thread{Parts: 1, Refused: pages.Closed, Replies: heads}, []string{all[2], all[4], all[8], all[9], all[10], all[23]}},
		"waiting":    {pages.Thread{Parts: 1}, append([]string{all[2], all[4]}, quiet...)},
		"some":       {pages.Thread{Parts: 12, Collected: 5}, append([]string{all[3], all[5], all[7]}, quiet...)},
		"all":        {pages.Thread{Parts: 12, Collected: 12}, append([]string{all[3], all[6], all[7]}, quiet...)},
		"purged":     {pages.Thread{Parts: 1, Collected: 1, Purged: 1}, append([]string{all[25], all[6], all[7]}, quiet...)},
		"many gone":  {pages.Thread{Parts: 8, Collected: 8, Purged: 7}, append([]string{all[2], all[26], all[6], all[7]}, quiet...)},
		"some gone":  {pages.Thread{Parts: 12, Collected: 5, Purged: 0}, append([]string{all[3], all[5], all[7]}, quiet...)},
		"replies":    {pages.Thread{Parts: 1, Replies: heads}, append([]string{all[2], all[4], all[8], all[9], all[10]}, open...)},
		"unreadable": {pages.Thread{Parts: 1, Unreadable: true}, append([]string{all[2], all[4], all[15]}, open...)},
		"bad reply":  {pages.Thread{Parts: 1, BadReply: true, Replies: heads}, append([]string{all[2], all[4], all[8], all[9], all[10], all[24]}, open...)},
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
	for _, want := range []string{"ردّان ينتظرانك.", "يوم ٢٢ تشرين الثاني ٢٠٢٦", "أن ٥ أجزاء من أصل ١٢ وصلت إليهم", "محفوظ هنا مما أرسلته ١٢ جزءًا."} {
		if page := string(thread(t, "ar", pages.Thread{Parts: 12, Collected: 5, Replies: heads})); !strings.Contains(page, want) {
			t.Errorf("in Arabic it does not say %q", want)
		}
	}
}

// TestNothingToWithdraw: where nothing is kept, or nothing can be taken, no word is
// said of withdrawing; and what was typed before comes back all the same.
func TestNothingToWithdraw(t *testing.T) {
	refused := pages.Thread{Parts: 1, Refused: pages.Full, Form: told("my words", pages.Busy)}
	for lang, word := range map[string]string{"ar": "سحب", "de": "zurückzieh", "en": "withdraw", "tr": "geri çek"} {
		for name, c := range map[string]struct {
			thread pages.Thread
			want   bool
		}{"nothing": {pages.Thread{}, false}, "refused": {refused, false}, "kept": {pages.Thread{Parts: 1}, true}} {
			page := string(thread(t, lang, c.thread))
			if got := strings.Contains(strings.ToLower(page), word); got != c.want {
				t.Errorf("%s, %s: says %q: %v", lang, name, word, got)
			}
			if got := strings.Contains(page, "my words</textarea>"); got != (name == "refused") {
				t.Errorf("%s, %s: gives words back: %v", lang, name, got)
			}
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
		data        []byte
		says, hides []string
	}{
		{render(t, func(w io.Writer) error {
			return p.Withdraw(w, "en", pages.Withdraw{Token: token, Parts: 5, Collected: 2})
		}),
			[]string{"that 2 of 5 parts", "is destroyed here and does not come back", "may be on its way", "neither theirs nor a sealed copy, if one is still here", "they must not use it", "cannot be called back", "add nothing to it", "Yes, withdraw"}, nil},
		{render(t, func(w io.Writer) error { return p.Withdrawn(w, "en", pages.Withdrawn{Destroyed: 3, Collected: 2}) }),
			[]string{"3 parts were destroyed", "have 2 parts of it", "neither theirs nor sealed copies", "they must not use it", "cannot be called back", "Nothing can be added"}, []string{"Nothing was"}},
		{render(t, func(w io.Writer) error { return p.Withdrawn(w, "en", pages.Withdrawn{}) }),
			[]string{"Nothing was destroyed here.", "they must not use it"}, []string{"0 part", "of it."}},
		{render(t, func(w io.Writer) error { return p.Withdrawn(w, "ar", pages.Withdrawn{}) }),
			[]string{"لم يُمحَ شيء من هنا.", "رسالة مختومة"}, []string{"لم يؤكد المؤتمنون"}},
		{render(t, func(w io.Writer) error { return p.Withdraw(w, "de", pages.Withdraw{Parts: 2, Collected: 1}) }),
			[]string{"dass 1 von 2 Teilen bei ihnen angekommen ist."}, nil},
		{render(t, func(w io.Writer) error { return p.Withdraw(w, "en", pages.Withdraw{Parts: 2}) }),
			[]string{"not yet confirmed that any of it"}, []string{"0 of"}},
		{render(t, func(w io.Writer) error { return p.Receipt(w, "en", pages.Receipt{}) }),
			[]string{"No file came with it."}, []string{"0 file"}},
	} {
		for _, want := range c.says {
			if !bytes.Contains(c.data, []byte(want)) {
				t.Errorf("it does not say %q", want)
			}
		}
		for _, bad := range c.hides {
			if bytes.Contains(c.data, []byte(bad)) {
				t.Errorf("it says %q", bad)
			}
		}
	}
}

// TestNoCode: where the questionnaire offers no code, no page on the way speaks of one.
func TestNoCode(t *testing.T) {
	without := pages.SampleSchema()
	without.Sections[0].Questions = slices.Delete(without.Sections[0].Questions, 1, 2)
	p, err := pages.New(pages.Options{Questionnaire: without})
	if err != nil {
		t.Fatal(err)
	}
	words := map[string][]string{
		"ar": {"رمز", "الكلمات"}, "de": {"code", "acht englische wörter,"}, "en": {"code", "eight words."}, "tr": {"kod", "kelimeleri kaybe"},
	}
	for lang, said := range words {
		for name, show := range map[string]func(*pages.Pages) func(io.Writer) error{
			"safety": func(p *pages.Pages) func(io.Writer) error {
				return func(w io.Writer) error { return p.Safety(w, lang, state) }
			},
			"before": func(p *pages.Pages) func(io.Writer) error {
				return func(w io.Writer) error { return p.Before(w, lang, state) }
			},
		} {
			bare, full := strings.ToLower(string(render(t, show(p)))), strings.ToLower(string(render(t, show(mustNew(t)))))
			if strings.Contains(bare, said[0]) || name == "safety" && strings.Contains(bare, said[1]) || !strings.Contains(full, said[0]) {
				t.Errorf("%s %s speaks of a code, or does not where there is one", lang, name)
			}
		}
		link := `href="/` + lang + `/code"`
		for pg, want := range map[*pages.Pages]bool{p: false, mustNew(t): true} {
			landing := render(t, func(w io.Writer) error { return pg.Landing(w, lang, state) })
			if got := bytes.Contains(landing, []byte(link)); got != want {
				t.Errorf("%s: the first page leads to the code: %v", lang, got)
			}
		}
	}
	receipt := render(t, func(w io.Writer) error { return p.Receipt(w, "en", pages.Receipt{Token: token}) })
	if !bytes.Contains(receipt, []byte("On this page there is no code: you can add something only now")) || bytes.Contains(receipt, []byte("You took no code")) {
		t.Error("the receipt does not say that there is no code")
	}
}
