package pages_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"amana/intake/pages"
	"amana/internal/wordlist"
)

// TestReaders: the first page says how many can read, what their list is, its
// number, and its words in the page's language and in order; the form says it in short.
func TestReaders(t *testing.T) {
	p := mustNew(t)
	for _, c := range []struct {
		lang, dir     string // of the words
		reviewers     int
		epoch         uint32
		landing, form string
	}{
		{"en", "ltr", 1, 1, "At present only 1 reviewer can|number is now\u00a01,|there, that is\u00a01.|of list number\u00a01 where", "At present only 1 reviewer can read what you send (list of reviewers, number\u00a01)."},
		{"en", "ltr", 12, 10_345, "At present only 12 reviewers can|number is now\u00a010,345,", "12 reviewers|number\u00a010,345)"},
		{"de", "ltr", 1, 1, "Zurzeit kann nur 1 Prüferin oder Prüfer Ihre|Nummer ist jetzt\u00a01,|acht englischen Wörtern|Nummer hat, also\u00a01.|der Liste Nummer\u00a01 dort", "Zurzeit kann nur 1 Prüferin oder Prüfer lesen, was Sie absenden (Liste der Prüferinnen und Prüfer, Nummer\u00a01)."},
		{"de", "ltr", 12, 10_345, "Zurzeit können nur 12 Prüferinnen und Prüfer|Nummer ist jetzt\u00a010.345,", "nur 12 Prüferinnen und Prüfer|Nummer\u00a010.345)"},
		{"tr", "ltr", 1, 1, "yalnızca 1 inceleyen kişi açıp okuyabilir|Numarası şu anda\u00a01.|sekiz İngilizce kelimeyle|karşılaştırın, yani\u00a01.|kelimelerini arayın:\u00a01.", "yalnızca 1 inceleyen kişi okuyabilir (inceleyenler listesi, numara\u00a01)."},
		{"tr", "ltr", 12, 10_345, "yalnızca 12 inceleyen kişi|Numarası şu anda\u00a010.345.", "12 inceleyen kişi|numara\u00a010.345)"},
		{"ar", "rtl", 1, 1, "شخص مؤتمن واحد فقط يستطيع الآن|رقمها الآن\u00a0١،|هو نفسه، أي\u00a0١.|كلمات القائمة رقم\u00a0١ حيث", "لا يستطيع الآن أن يقرأ ما ترسله إلا شخص مؤتمن واحد (قائمة المؤتمنين رقم\u00a0١)."},
		{"ar", "rtl", 2, 7, "شخصان مؤتمنان فقط يستطيعان الآن أن يفتحا شهادتك ويقرآها.", "إلا شخصان مؤتمنان (قائمة المؤتمنين رقم\u00a0٧)."},
		{"ar", "rtl", 3, 12, "٣ أشخاص مؤتمنين فقط|رقمها الآن\u00a0١٢،", "إلا ٣ أشخاص مؤتمنين (قائمة المؤتمنين رقم\u00a0١٢)."},
		{"ar", "rtl", 20, 2, "٢٠ شخصًا مؤتمنًا فقط", "إلا ٢٠ شخصًا مؤتمنًا (قائمة المؤتمنين رقم\u00a0٢)."},
		{"ar", "rtl", 100, 2, "١٠٠ شخص مؤتمن فقط", "إلا ١٠٠ شخص مؤتمن (قائمة المؤتمنين رقم\u00a0٢)."},
	} {
		s := state
		s.Reviewers, s.Epoch = c.reviewers, c.epoch
		var landing, form bytes.Buffer
		if err := p.Landing(&landing, c.lang, s); err != nil {
			t.Fatal(err)
		}
		if err := p.Form(&form, c.lang, s, pages.Form{}); err != nil {
			t.Fatal(err)
		}
		for want := range strings.SplitSeq(c.landing, "|") {
			if !strings.Contains(landing.String(), want) {
				t.Errorf("%s, %d, %d: the first page does not say %q", c.lang, c.reviewers, c.epoch, want)
			}
		}
		for want := range strings.SplitSeq(c.form, "|") {
			if !strings.Contains(form.String(), want) {
				t.Errorf("%s, %d, %d: the form does not say %q", c.lang, c.reviewers, c.epoch, want)
			}
		}
		list, words := wordsOf(t, landing.Bytes())
		spoken := c.lang
		if !slices.Contains(wordlist.Languages(), spoken) {
			spoken = "en"
		}
		if attr(list, "lang") != spoken || attr(list, "dir") != c.dir || attr(list, "translate") != "no" {
			t.Errorf("%s: the words stand in %v", c.lang, list.Attr)
		}
		if want := strings.Fields(wordlist.Fingerprint(spoken, s.Sum)); len(want) != 8 || !slices.Equal(words, want) {
			t.Errorf("%s: the words are %q, not %q", c.lang, words, want)
		}
	}
}

// wordsOf returns the ordered list of a page and its items.
func wordsOf(t *testing.T, data []byte) (*html.Node, []string) {
	t.Helper()
	for _, n := range parse(t, data) {
		if n.Data != "ol" {
			continue
		}
		var words []string
		for item := range n.ChildNodes() {
			if item.Type == html.ElementNode {
				words = append(words, text(item))
			}
		}
		return n, words
	}
	t.Fatal("there is no ordered list")
	return nil, nil
}

// TestP4NoReadersNoWords: without a list in force no page speaks of readers.
func TestP4NoReadersNoWords(t *testing.T) {
	// The questions that are shipped have lists of their own.
	p, err := pages.New(pages.Options{Questionnaire: pages.SampleSchema()})
	if err != nil {
		t.Fatal(err)
	}
	without := state
	without.Reviewers, without.Epoch, without.Sum = 0, 0, [32]byte{}
	for lang, words := range map[string][]string{"ar": {"مؤتمن", "لا أحد", "قائمة"}, "de": {"prüfer", "liste der"}, "en": {"reviewer", "list of"}, "tr": {"inceleyen", "liste"}} {
		var landing, form bytes.Buffer
		if err := p.Landing(&landing, lang, without); err == nil || landing.Len() > 0 {
			t.Errorf("%s: the first page was shown without a list", lang)
		}
		if err := p.Before(&landing, lang, without); err == nil || landing.Len() > 0 {
			t.Errorf("%s: the page before the form was shown without a list", lang)
		}
		if err := p.Form(&form, lang, without, pages.Form{Values: map[string][]string{"narrative": {"x"}}, Problem: pages.Closed, FilesMaybeLost: true}); err != nil {
			t.Fatal(err)
		}
		for _, word := range words {
			if strings.Contains(strings.ToLower(form.String()), word) {
				t.Errorf("%s: the form says %q", lang, word)
			}
		}
	}
}

// TestReadersChange: the first page says that who can read may change, what the
// list is a list of, and that only words of the same number are to be compared,
// so that nobody is frightened away by the words of the next list.
func TestReadersChange(t *testing.T) {
	for lang, said := range map[string][]string{
		"ar": {"من يُؤتمن لاحقًا على القراءة قد يُعطى ما أُرسل من قبل", "لا يستطيع أن يفتح ما يصل بعد ذلك", "وليست قائمة من يكتبونها",
			"فإن كان الرقم نفسه واختلفت ولو كلمة واحدة أو اختلف الترتيب، فلا تكتب هنا.", "إلا كلمات رقم آخر"},
		"en": {"become reviewers later may be given what was sent before", "cannot open what arrives afterwards", "not of those who write them",
			"If the number is the same but even one word or the order is different, do not write here.", "only the words of another number"},
		"de": {"Wer später Prüferin oder Prüfer wird, bekommt vielleicht auch, was vorher gesendet wurde", "kann nicht öffnen, was danach ankommt", "nicht die, die sie schreiben",
			"Ist die Nummer gleich, aber auch nur ein Wort oder die Reihenfolge anders, dann schreiben Sie hier nicht.", "nur die Wörter einer anderen Nummer"},
		"tr": {"Sonradan inceleyen olan kişilere, daha önce gönderilenler de verilebilir", "sonra gelenleri açamaz", "tanıklıkları yazanların değil",
			"Numara aynıysa, ama tek bir kelime ya da sıra bile farklıysa, buraya yazmayın.", "Yalnızca başka bir numaranın kelimelerini"},
	} {
		var b bytes.Buffer
		if err := mustNew(t).Landing(&b, lang, state); err != nil {
			t.Fatal(err)
		}
		for _, want := range said {
			if strings.Count(b.String(), want) != 1 {
				t.Errorf("%s: the first page does not say once: %q", lang, want)
			}
		}
	}
}

// TestClosedLeadsNowhere: the page about a closed intake offers neither the form
// nor the first page, which are closed too, only itself in other languages.
func TestClosedLeadsNowhere(t *testing.T) {
	p := mustNew(t)
	for _, lang := range p.Languages() {
		var b bytes.Buffer
		if err := p.Problem(&b, lang, pages.Problem{Kind: pages.Closed, State: state}); err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for _, other := range p.Languages() {
			if other != lang {
				want = append(want, "/"+other+"/")
			}
		}
		for _, n := range parse(t, b.Bytes()) {
			if n.Data == "a" {
				got = append(got, attr(n, "href"))
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: leads to %q, not %q", lang, got, want)
		}
	}
}
