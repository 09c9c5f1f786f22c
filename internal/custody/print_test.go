package custody

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"amana/internal/workspace"
)

// told returns the story of the first testimony in a language, as a page and as text.
func told(t *testing.T, p *place, lang string) (page, text string) {
	t.Helper()
	ref, _, err := p.Ref(p.ids[0])
	if err != nil {
		t.Fatal(err)
	}
	s, err := p.log.Tell("C-0123456789", "C-0123456789", []workspace.Ref{ref})
	if err != nil {
		t.Fatal(err)
	}
	var a, b bytes.Buffer
	if err := s.HTML(&a, lang); err != nil {
		t.Fatal(err)
	}
	if err := s.Text(&b, lang); err != nil {
		t.Fatal(err)
	}
	return a.String(), b.String()
}

// A court reads every step, with who, when, why and to whom, and the hashes of what it
// was done with; and nothing of other testimonies. The page runs and loads nothing.
func TestTell(t *testing.T) {
	p := makePlace(t, 3)
	err := p.log.Add(
		Event{Act: Exported, Purpose: `for <script>alert(1)</script> "them"`, Recipient: "الهيئة الوطنية", Subjects: of(p.ids...)},
		Event{Act: Viewed, Subjects: of(p.ids[2]), Purpose: "of another"},
		Event{Act: Coded, Subjects: []Subject{{Case: "C-0123456789", Detail: "fate"}}})
	if err != nil {
		t.Fatal(err)
	}
	ref, _, err := p.Ref(p.ids[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"ar", "en"} {
		page, text := told(t, p, lang)
		w := wordsOf(lang)
		for _, want := range []string{p.ids[0], ref.SHA256, ref.Payload, ref.Bundle, ref.Files[0].SHA256, "Layla", p.key.VerifierKey(), "الهيئة الوطنية", "fate",
			w.Intact, w.acts[Received], w.acts[Carried], w.acts[Opened], w.acts[Verified], w.acts[Copied], w.acts[Exported], w.acts[Coded],
			w.ProvesNotList[0], w.Others(2), p.log.today()} {
			if !strings.Contains(page, html.EscapeString(want)) && !strings.Contains(html.UnescapeString(page), want) {
				t.Errorf("%s: the page has no %q", lang, want)
			}
			if !strings.Contains(text, want) {
				t.Errorf("%s: the text has no %q", lang, want)
			}
		}
		for _, bad := range []string{p.ids[1], p.ids[2], "of another"} {
			if strings.Contains(page, bad) || strings.Contains(text, bad) {
				t.Errorf("%s: %q is about others", lang, bad)
			}
		}
		if strings.Contains(page, "<script") || strings.Contains(page, "http://") || strings.Contains(page, "https://") {
			t.Errorf("%s: the page runs or loads something", lang)
		}
		style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(page)
		sum := sha256.Sum256([]byte(style[1]))
		policy := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
		if !strings.Contains(html.UnescapeString(page), policy) {
			t.Errorf("%s: the policy does not fit the style", lang)
		}
		if want := map[string]string{"ar": `<html lang="ar" dir="rtl">`, "en": `<html lang="en" dir="ltr">`}[lang]; !strings.Contains(page, want) {
			t.Errorf("%s: no %s", lang, want)
		}
	}
}

// A record that was changed is told as broken, on the page too.
func TestTellBroken(t *testing.T) {
	p := makePlace(t, 2)
	rewrite(t, p, 3, func(l *Link) { l.Detail = "another" })
	page, text := told(t, p, "en")
	for _, said := range []string{page, text} {
		if !strings.Contains(said, english.Broken) || strings.Contains(said, english.Intact) || !strings.Contains(said, "link 4: it does not follow") {
			t.Error("it is told as whole")
		}
	}
}

// Every word is there in both languages, and every act has a name in both.
func TestWords(t *testing.T) {
	for _, lang := range []string{"ar", "en"} {
		w := wordsOf(lang)
		if w.Lang != lang {
			t.Fatalf("%s is %s", lang, w.Lang)
		}
		v := reflect.ValueOf(*w)
		for i := range v.NumField() {
			if f := v.Field(i); f.IsZero() {
				t.Errorf("%s: %s is missing", lang, v.Type().Field(i).Name)
			}
		}
		for _, act := range Acts() {
			if w.acts[act] == "" {
				t.Errorf("%s: no name for %s", lang, act)
			}
		}
		if len(w.ProvesList) != len(english.ProvesList) || len(w.ProvesNotList) != len(english.ProvesNotList) || len(w.ProvesFor) != len(english.ProvesFor) {
			t.Errorf("%s: it proves another number of things", lang)
		}
		if strings.Count(fmt.Sprintf(w.Record, 7), "7") != 1 {
			t.Errorf("%s: %s", lang, w.Record)
		}
	}
}
