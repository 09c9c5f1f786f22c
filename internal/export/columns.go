package export

import (
	"slices"
	"strings"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/facts"
	"amana/internal/questionnaire"
	"amana/internal/selection"
	"amana/internal/testimony"
)

// columns are the questions that have columns in the table of cases: closed lists and
// dates, but for the rows of places, which have a table of their own.
func (j *Job) columns() []*questionnaire.Question {
	var all []*questionnaire.Question
	for _, f := range questionnaire.Builtin().Fields(questionnaire.PageForm) {
		if f.Row > 0 || f.Part != "" && f.Part != questionnaire.PartYear || f.Question.Type == questionnaire.TypeText {
			continue
		}
		if j.Selection.Use != consent.Own && slices.Contains(selection.OnlyOurs(), f.Question.Code) {
			continue
		}
		all = append(all, f.Question)
	}
	return all
}

// coded are the fields of reviewers' coding that have columns.
func coded() []*cases.Field {
	var all []*cases.Field
	for i := range cases.Book().Fields {
		f := &cases.Book().Fields[i]
		if f.Type != cases.TypeText && f.Code != cases.FieldSecret && f.Code != selection.FieldWithhold {
			all = append(all, f)
		}
	}
	return all
}

// nameKeys are the questions of the page of his name.
func nameKeys() []string {
	var keys []string
	for _, f := range questionnaire.Builtin().Fields(questionnaire.PageName) {
		if f.Part == "" || f.Part == questionnaire.PartYear {
			keys = append(keys, f.Key)
		}
	}
	return keys
}

// hasNames tells whether names may be in what leaves.
func (j *Job) hasNames() bool {
	return j.Selection.Use == consent.Own || j.Names && j.Selection.Use.Names()
}

// named returns what the pages of his name answer to a question, each once.
func (p *person) named(key string) []string {
	var all []string
	for part := range p.parts {
		if value := strings.TrimSpace(part.t.Answers[key]); part.t.Kind == testimony.Name && value != "" && !slices.Contains(all, value) {
			all = append(all, value)
		}
	}
	return all
}

// codes returns what reviewers coded of a case and its sources in a field, each once.
func (p *person) codes(field string) []string {
	var all []string
	for _, v := range p.Values {
		if v.Field == field && v.Value != "" {
			all = append(all, strings.Split(v.Value, cases.Joiner)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// labelled returns three cells: codes, and what they are called in English and Arabic.
func labelled(codes []string, label func(code, lang string) string) []string {
	var en, ar []string
	for _, code := range codes {
		en, ar = append(en, label(code, "en")), append(ar, label(code, "ar"))
	}
	return []string{strings.Join(codes, "|"), strings.Join(en, "|"), strings.Join(ar, "|")}
}

// dateCells returns four cells: EDTF, earliest, latest, precision.
func dateCells(d facts.Span) []string {
	if d.EDTF == "" {
		return []string{"", "", "", ""}
	}
	precision := readDate(d.EDTF).precision
	if strings.Contains(d.EDTF, "/") {
		precision = "range"
	}
	return []string{d.EDTF, d.Earliest, d.Latest, precision}
}
