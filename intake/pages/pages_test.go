package pages_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"amana/intake/pages"
)

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
