package pages

import (
	"reflect"
	"slices"
	"testing"

	"amana/internal/questionnaire"
)

// TestBuiltin: the questions that are shipped stand on a page that a bad line
// bears, at most 60,000 bytes with what is around them, in every language. All
// that can be answered there comes back.
func TestBuiltin(t *testing.T) {
	s := questionnaire.Builtin()
	p, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range p.Languages() {
		for page, most := range map[string]int{questionnaire.PageForm: 56_000, questionnaire.PageName: 6_000} {
			a := mustAsk(t, lang, s, page)
			data, nodes := ask(t, a, filled{})
			checkQuestions(t, nodes)
			t.Logf("%s %s: %d bytes", lang, page, len(data))
			if len(data) > most {
				t.Errorf("%s: the questions of the page %q have %d bytes, more than %d", lang, page, len(data), most)
			}
			values := everyValue(s, page, "1", questionnaire.CodeUnknown, questionnaire.CodeDeclined)
			_, nodes = ask(t, a, filled{values: values, problems: everyProblem(s, page, questionnaire.TooMany)})
			checkQuestions(t, nodes)
			if got := sent(nodes); !reflect.DeepEqual(got, values) {
				t.Errorf("%s %s: not all that was filled in comes back", lang, page)
			}
		}
	}
}

// TestFieldsAreThose: the form has the fields that the server reads, in their
// order, and no other.
func TestFieldsAreThose(t *testing.T) {
	for _, s := range []*questionnaire.Schema{tiny(), questionnaire.Builtin()} {
		for _, page := range []string{questionnaire.PageForm, questionnaire.PageName} {
			_, nodes := ask(t, mustAsk(t, "ar", s, page), filled{})
			var got, want []string
			for _, n := range nodes {
				switch n.Data {
				case "input", "select", "textarea":
					if name, _ := attribute(n, "name"); name != filesField {
						got = append(got, name)
					}
				}
			}
			for _, f := range s.Fields(page) {
				want = append(want, f.Name)
			}
			if got = slices.Compact(got); !slices.Equal(got, want) {
				t.Errorf("%s: the fields of %s are %q, the server reads %q", s.Name, page, got, want)
			}
		}
	}
}
