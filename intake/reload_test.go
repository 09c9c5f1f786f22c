package intake

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"amana/intake/pages"
	"amana/internal/questionnaire"
)

// While the words are exchanged again and again, every page is wholly of one set: the
// race detector, and pages that name one organisation above and another below, would
// show that it is not.
func TestReloadWhileServing(t *testing.T) {
	r := start(t, nil)
	organisation := func(n int) *pages.Organisation {
		text := fmt.Sprintf("schema = \"amana/organisation/1\"\n[name]\nar = \"منظمة %d\"\n[introduction]\nar = [\"نحن المنظمة %d.\"]\n", n, n)
		o, err := pages.ReadOrganisation(strings.NewReader(text), []string{"ar"})
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	two := []*pages.Organisation{organisation(1), organisation(2)}
	if err := r.server.Reload(nil, two[0]); err != nil {
		t.Fatal(err)
	}
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for range 5 {
				_, page := r.say(get("/ar/"))
				first, second := strings.Contains(page, "منظمة 1"), strings.Contains(page, "منظمة 2")
				if first == second || first != strings.Contains(page, "المنظمة 1") {
					t.Errorf("a page of two organisations, or of none:\n%s", page)
				}
			}
		})
	}
	for i := range 4 {
		if err := r.server.Reload(questionnaire.Builtin(), two[i%2]); err != nil {
			t.Error(err)
		}
	}
	readers.Wait()
	// A questionnaire that the pages cannot use changes nothing.
	if err := r.server.Reload(new(questionnaire.Schema), two[0]); err == nil {
		t.Error("an empty questionnaire is taken")
	}
	if _, page := r.say(get("/ar/")); !strings.Contains(page, "منظمة 2") {
		t.Error("after a reload that failed the words are others")
	}
}
