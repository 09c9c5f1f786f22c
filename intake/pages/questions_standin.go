package pages

import (
	"fmt"
	"io"

	"amana/internal/questionnaire"
)

// asked stands in for the real one until the branches are merged.
type asked struct {
	lang     string
	sections []questionnaire.Section
}

func init() { codeKeys["form.files_once"] = "t" }

// filled is what a form shows again.
type filled struct {
	values    map[string][]string     // by field name
	problems  []questionnaire.Problem // in the order of the form
	about     string                  // field that the alert on top, the element "problem", is about
	filesLost bool                    // the alert on top says to choose the files again
}

func newAsked(c *catalog, s *questionnaire.Schema, page string) (*asked, error) {
	a := &asked{lang: c.tag}
	for _, section := range s.Sections {
		if section.Page == page {
			a.sections = append(a.sections, section)
		}
	}
	return a, nil
}

func (a *asked) writeQuestions(w io.Writer, st State, f filled) error {
	for _, section := range a.sections {
		if err := around(w, "<fieldset><legend>", section.Title[a.lang], "</legend>\n"); err != nil {
			return err
		}
		for _, q := range section.Questions {
			if err := a.write(w, q, f); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(w, "</fieldset>\n"); err != nil {
			return err
		}
	}
	return nil
}

func (a *asked) write(w io.Writer, q *questionnaire.Question, f filled) error {
	if err := around(w, fmt.Sprintf(`<div class="field"><label for="%s">`, q.Code), q.Label[a.lang], "</label>\n"); err != nil {
		return err
	}
	wrong := ""
	if f.about == q.Code || q.Type == questionnaire.TypeFiles && f.filesLost {
		wrong = ` aria-invalid="true" aria-describedby="problem"`
	}
	for _, p := range f.problems {
		if p.Key == q.Code {
			wrong = ` aria-invalid="true"`
		}
	}
	if q.Type == questionnaire.TypeFiles {
		_, err := fmt.Fprintf(w, `<input type="file" id="files" name="files" multiple autocomplete="off"%s></div>`, wrong)
		return err
	}
	value := ""
	if v := f.values[q.Code]; len(v) > 0 {
		value = v[0]
	}
	return around(w, fmt.Sprintf(`<textarea id="%s" name="%s" rows="3" cols="30"%s>`+"\n", q.Code, q.Code, wrong), value, "</textarea></div>\n")
}

func (a *asked) writeProblems(w io.Writer, st State, problems []questionnaire.Problem) error {
	for _, p := range problems {
		if err := around(w, `<p><a href="#`, p.Key, `">`); err != nil {
			return err
		}
		if err := around(w, "", p.Question.Label[a.lang], "</a></p>\n"); err != nil {
			return err
		}
	}
	return nil
}
