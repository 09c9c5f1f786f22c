package report

import (
	"slices"
	"strings"
	"testing"

	"amana/internal/consent"
	"amana/internal/selection"
	"amana/internal/synthetic"
)

// Beside cases that a recipient alone is told no number stands from which they could be
// taken away; the index says why. For anybody, and on the reviewers' own desk, the
// tables are there.
func TestNoTablesForARecipient(t *testing.T) {
	people := synthetic.Make(11, 20, synthetic.Options{EveryConsent: true})
	w := filled(t, people, true)
	all := linked(t, w, people)
	tables := counted(t, selected(t, w, all, consent.Own, selection.Options{}))
	refused := 0
	for _, use := range consent.Uses {
		if use == consent.Numbers {
			continue
		}
		s := selected(t, w, all, use, selection.Options{})
		if HasTables(use) != slices.Contains([]consent.Use{consent.Own, consent.Report}, use) {
			t.Errorf("%s: tables %v", use, HasTables(use))
		}
		if _, err := into(t.Context(), t.TempDir()+"/r", s, Options{Extras: tables}); (err == nil) != HasTables(use) {
			t.Errorf("%s with tables: %v", use, err)
		} else if err != nil {
			refused++
		}
		path, _ := written(t, s, Options{})
		for lang, words := range map[string]string{"ar": "ليس في هذا التقرير جداول", "en": "This report has no tables"} {
			if strings.Contains(read(t, path, lang, "index.html"), words) == HasTables(use) {
				t.Errorf("%s: the index in %s does not say what is there", use, lang)
			}
		}
		for name := range tree(t, path) {
			if strings.Contains(name, "tables") {
				t.Errorf("%s: %s", use, name)
			}
		}
	}
	if refused != len(consent.Uses)-3 {
		t.Errorf("%d uses were refused tables", refused)
	}
}
