package pages_test

import (
	"maps"
	"math"
	"slices"
	"sync"
	"testing"

	"amana/intake/pages"
	"amana/internal/questionnaire"
)

// shippedPages are all pages as a server shows them that has much to say: with the
// questions that are shipped, large numbers and, where one is shown, an organisation
// that says as much as it may. The form that comes back as [pages.Invalid] has every
// field filled in, and something wrong with each.
func shippedPages(t testing.TB) []page {
	t.Helper()
	shipped.Do(func() {
		questions := questionnaire.Builtin()
		values := pages.AllAnswered(questions, questionnaire.PageForm)
		maps.Copy(values, pages.AllAnswered(questions, questionnaire.PageName))
		plain, err := pages.New(pages.Options{})
		if err != nil {
			t.Fatal(err)
		}
		organised, err := pages.New(pages.Options{Organisation: pages.SampleOrganisation(plain.Languages()...)})
		if err != nil {
			t.Fatal(err)
		}
		shipped.pages = renderEvery(t, plain, organised, large, answers{
			values: values,
			form:   pages.AllWrong(questions, questionnaire.PageForm),
			name:   pages.AllWrong(questions, questionnaire.PageName),
		})
	})
	return slices.Clone(shipped.pages)
}

// large is a server whose numbers take the most room.
var large = pages.State{
	Reviewers: 100, Epoch: math.MaxUint32, Sum: state.Sum,
	MaxText: 200_000, MaxFile: 1023 << 30, MaxTotal: 1023 << 30, MaxFiles: 1000,
}

// shipped keeps the pages.
var shipped struct {
	sync.Once
	pages []page
}
