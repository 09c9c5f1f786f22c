package pages

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"amana/internal/questionnaire"
)

// TestProblems: what is wrong stands beside the field and on top, in words that
// differ from kind to kind, and the field says so to those who do not see it.
func TestProblems(t *testing.T) {
	s := tiny()
	for _, lang := range s.Languages {
		a := mustAsk(t, lang, s, questionnaire.PageForm)
		seen := map[string]bool{}
		for _, kind := range []questionnaire.ProblemKind{questionnaire.TooLong, questionnaire.NotInList, questionnaire.Impossible, questionnaire.NotText, questionnaire.TooMany} {
			for _, problem := range everyProblem(s, questionnaire.PageForm, kind) {
				_, nodes := ask(t, a, filled{problems: []questionnaire.Problem{problem}})
				checkQuestions(t, nodes)
				var words, link, id string
				marked := 0
				for _, n := range nodes {
					if n.Data == "strong" {
						words = strings.TrimSpace(textOf(n))
						id, _ = attribute(n, "id")
					}
					if n.Data == "li" {
						link = textOf(n)
					}
				}
				for _, n := range nodes {
					if by, _ := attribute(n, "aria-describedby"); slices.Contains(strings.Fields(by), id) {
						if v, _ := attribute(n, "aria-invalid"); v == "true" {
							marked++
						} else if n.Data != "fieldset" {
							t.Errorf("%s: described as wrong, but not marked", problem.Key)
						}
					}
				}
				label := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(a.targets[problem.Key].label)
				if words == "" || marked == 0 || link != label+" "+words {
					t.Errorf("%s %s: %q beside %d controls, %q on top", problem.Key, kind, words, marked, link)
				}
				if kind == questionnaire.TooLong && problem.Key == "unit" && !strings.Contains(words, a.words.number(20)) {
					t.Errorf("the limit is not said: %s", words)
				}
				if problem.Key == "unit" {
					if seen[words] {
						t.Errorf("two kinds have the words %q", words)
					}
					seen[words] = true
				}
			}
		}
		var b bytes.Buffer
		for _, none := range [][]questionnaire.Problem{nil, {{Key: "his_name", Kind: questionnaire.TooLong}}} {
			if err := a.writeProblems(&b, limits, none); err != nil || b.Len() > 0 {
				t.Errorf("a list of no problems: %q, %v", &b, err)
			}
		}
	}
}

// TestAlertDescribes: a field that the alert on top is about says so.
func TestAlertDescribes(t *testing.T) {
	a := mustAsk(t, "ar", tiny(), questionnaire.PageForm)
	for _, c := range []struct {
		f           filled
		name        string
		by, invalid string
	}{
		{filled{about: "narrative"}, "narrative", "problem h1", "true"},
		{filled{about: "narrative"}, "files", "h19", ""},
		{filled{about: "files"}, "files", "problem h19", "true"},
		{filled{filesLost: true}, "files", "problem h19", ""},
	} {
		_, nodes := ask(t, a, c.f)
		for _, n := range nodes {
			if name, _ := attribute(n, "name"); name == c.name {
				by, _ := attribute(n, "aria-describedby")
				if invalid, _ := attribute(n, "aria-invalid"); by != c.by || invalid != c.invalid {
					t.Errorf("%+v: %s is described by %q, invalid %q", c.f, name, by, invalid)
				}
			}
		}
	}
}
