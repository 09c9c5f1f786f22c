package pages

import (
	"slices"
	"strings"

	"amana/internal/questionnaire"
)

// SampleSchema is a small questionnaire with the languages of the catalogs and
// others.
func SampleSchema(more ...string) *questionnaire.Schema {
	text := func(s string) questionnaire.Text {
		all := questionnaire.Text{"ar": "سؤال: " + s, "en": "Question: " + s, "de": "Frage: " + s, "tr": "Soru: " + s}
		for _, lang := range more {
			all[lang] = s
		}
		return all
	}
	free := func(code string, limit, rows int) *questionnaire.Question {
		return &questionnaire.Question{Code: code, Type: questionnaire.TypeText, Label: text(code), For: []string{"R1"}, Limit: limit, Rows: rows}
	}
	return &questionnaire.Schema{
		Name: "test", Version: 1, Languages: append([]string{"ar", "en", "de", "tr"}, more...),
		Sections: []questionnaire.Section{
			{Code: "what", Title: text("what"), Page: questionnaire.PageForm, Repeat: 1, Questions: []*questionnaire.Question{
				free("narrative", 200_000, 12),
				{Code: "contact_wish", Type: questionnaire.TypeOne, List: "contact_wish", Label: text("code"), For: []string{"R1"}},
				free("unit", 100, 1),
			}},
			{Code: "papers", Title: text("papers"), Page: questionnaire.PageForm, Repeat: 1, Questions: []*questionnaire.Question{
				{Code: "files", Type: questionnaire.TypeFiles, Label: text("files"), For: []string{"R1"}},
			}},
			{Code: "who", Title: text("who"), Page: questionnaire.PageName, Repeat: 1, Questions: []*questionnaire.Question{
				free("his_name", 100, 1),
			}},
		},
		Lists: map[string]*questionnaire.List{"contact_wish": {Code: "contact_wish", Entries: []questionnaire.Entry{
			{Code: "none", Label: text("no")}, {Code: "code", Label: text("yes")},
		}}},
	}
}

// SampleOrganisation has words as long as they may be in each language.
func SampleOrganisation(languages ...string) *Organisation {
	o := &Organisation{map[string]string{}, map[string][]string{}, map[string][]string{}}
	fill := func(word string, most int) string {
		return strings.TrimSpace(string([]rune(strings.Repeat(word+" ", most))[:most]))
	}
	for _, lang := range languages {
		word := map[string]string{"ar": "كلمات"}[lang]
		if word == "" {
			word = "words"
		}
		o.Name[lang] = fill(word, maxName)
		o.Introduction[lang] = slices.Repeat([]string{fill(word, maxParagraph)}, maxParagraphs)
		o.Support[lang] = slices.Repeat([]string{fill(word, maxLine)}, maxSupport)
	}
	return o
}
