package pages

import (
	"bytes"
	"testing"

	"amana/internal/questionnaire"
)

// QuestionsPage returns the questions that are shipped in a page of their own:
// empty, or all answered and all wrong.
func QuestionsPage(t testing.TB, lang string, full bool) []byte {
	s := questionnaire.Builtin()
	a := mustAsk(t, lang, s, questionnaire.PageForm)
	var f filled
	if full {
		f.values = everyValue(s, questionnaire.PageForm, "ما words 12", questionnaire.CodeUnknown, questionnaire.CodeDeclined)
		f.problems = everyProblem(s, questionnaire.PageForm, questionnaire.Impossible)
	}
	var b bytes.Buffer
	b.WriteString(`<!doctype html><html lang="` + lang + `" dir="` + a.words.direction + `"><head><meta charset="utf-8"><title>t</title>` +
		`<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/style.css"></head><body><main><h1>t</h1>`)
	if full {
		b.WriteString(`<div class=alert id=problem role=alert>`)
		if err := a.writeProblems(&b, limits, f.problems); err != nil {
			t.Fatal(err)
		}
		b.WriteString(`</div>`)
	}
	b.WriteString(`<form method=post action=/sent enctype=multipart/form-data>`)
	if err := a.writeQuestions(&b, limits, f); err != nil {
		t.Fatal(err)
	}
	b.WriteString(`</form></main></body></html>`)
	return b.Bytes()
}

// AllAnswered fills in every field of a page, each with an answer that Check takes.
func AllAnswered(s *questionnaire.Schema, page string) map[string][]string {
	values := everyValue(s, page, "ما words 12", questionnaire.CodeUnknown, questionnaire.CodeDeclined)
	for _, f := range s.Fields(page) {
		switch f.Part {
		case questionnaire.PartYear:
			values[f.Name] = []string{"٢٠١٨"}
		case questionnaire.PartMonth, questionnaire.PartDay:
			values[f.Name] = []string{"7"}
		}
	}
	return values
}

// AllWrong says that something is wrong with every answer of a page.
func AllWrong(s *questionnaire.Schema, page string) []questionnaire.Problem {
	return everyProblem(s, page, questionnaire.NotText)
}
