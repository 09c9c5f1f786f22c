package pages_test

import (
	"slices"
	"sync"
	"testing"

	"amana/intake/pages"
	"amana/internal/questionnaire"
)

// shippedPages are all pages as a server shows them: with the questions that are
// shipped and, where one is shown, an organisation that says as much as it may.
// The form that comes back as [pages.Invalid] has every field filled in, and
// something wrong with each.
func shippedPages(t testing.TB) []page {
	t.Helper()
	shipped.Do(func() {
		questions := questionnaire.Builtin()
		plain, err := pages.New(pages.Options{})
		if err != nil {
			t.Fatal(err)
		}
		organised, err := pages.New(pages.Options{Organisation: pages.SampleOrganisation(plain.Languages()...)})
		if err != nil {
			t.Fatal(err)
		}
		shipped.pages = renderEvery(t, plain, organised, answers{
			values: joined(pages.AllAnswered(questions, questionnaire.PageForm), pages.AllAnswered(questions, questionnaire.PageName)),
			form:   pages.AllWrong(questions, questionnaire.PageForm),
			name:   pages.AllWrong(questions, questionnaire.PageName),
		})
	})
	return slices.Clone(shipped.pages)
}

// shipped keeps the pages.
var shipped struct {
	sync.Once
	pages []page
}

// joined returns the entries of two maps.
func joined(a, b map[string][]string) map[string][]string {
	for name, values := range b {
		a[name] = values
	}
	return a
}
