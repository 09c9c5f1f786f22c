package pages

import "io"

// Form writes the page of "/{lang}/testimony". It posts multipart/form-data to
// the same path: the fields of the questionnaire in its order, "files" last.
//
// Who can read is left out when no list of reviewers is in force.
//
// What a source had typed goes to w in small pieces and nowhere else: neither it
// nor a copy of it passes through a template, a pool or a buffer that outlives the
// call. w should not be buffered by anything that outlives it either.
func (p *Pages) Form(w io.Writer, lang string, s State, f Form) error {
	v := formView(s, f)
	if f.untouched() {
		// A link away from a form with words in it would lose them.
		v.Switch = "/testimony"
	}
	return p.write(w, lang, "form.html", v, formSlots(p.set(lang).form, s, f))
}

// Name writes the optional page of his name, which only a token opens. It posts
// multipart/form-data to "/{lang}/name": "token" first, then "send" with the value
// "1", then the fields of the questionnaire.
func (p *Pages) Name(w io.Writer, lang string, s State, f Form) error {
	v := view{State: s, Problem: f.Problem.known(), Answers: len(f.Fields) > 0} // neither a narrative nor files
	return p.write(w, lang, "name.html", v, formSlots(p.set(lang).name, s, f))
}

// formView returns what the templates see of a form.
func formView(s State, f Form) view {
	return view{
		State: s, Problem: f.Problem.known(), About: f.Problem.Field(), Answers: len(f.Fields) > 0,
		Lost: len(f.FilesLost) > 0, MaybeLost: f.FilesMaybeLost,
	}
}

// formSlots fills in what a form shows of its source.
func formSlots(questions *asked, s State, f Form) slots {
	return slots{
		"token":    escaped(f.Token),
		"lost":     fileNames(f.FilesLost),
		"problems": func(w io.Writer) error { return questions.writeProblems(w, s, f.Fields) },
		"questions": func(w io.Writer) error {
			return questions.writeQuestions(w, s, filled{
				values: f.Values, problems: f.Fields,
				about: f.Problem.Field(), filesLost: len(f.FilesLost) > 0 || f.FilesMaybeLost,
			})
		},
	}
}

// fileNames returns a slot with one item a name. A name can run in either
// direction, which must not turn the words around it.
func fileNames(names []string) func(io.Writer) error {
	return func(w io.Writer) error {
		for _, name := range names {
			if err := around(w, "<li><bdi>", name, "</bdi></li>\n"); err != nil {
				return err
			}
		}
		return nil
	}
}

// around writes s as text between two pieces of HTML.
func around(w io.Writer, before, s, after string) error {
	if _, err := io.WriteString(w, before); err != nil {
		return err
	}
	if err := writeEscaped(w, s); err != nil {
		return err
	}
	_, err := io.WriteString(w, after)
	return err
}
