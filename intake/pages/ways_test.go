package pages_test

import (
	"bytes"
	"strings"
	"testing"
)

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
		_, foot, _ := bytes.Cut(bytes.ReplaceAll(pg.data, []byte("\u00a0"), []byte(" ")), []byte("<footer>"))
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
