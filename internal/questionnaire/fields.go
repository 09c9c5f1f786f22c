package questionnaire

import (
	"strconv"
	"strings"
)

// Field is one field of a form, as it stands in its HTML: of a date there are four,
// of a question in a section that repeats several.
type Field struct {
	Name     string // "surrender_date_y", "place_2"
	Key      string // under which the answer is kept: "surrender_date", "place_2"
	Question *Question
	Part     string // of a date: PartYear, PartMonth, PartDay, PartAbout; else ""
	Row      int    // from 1 in a section that repeats; else 0
}

// The parts of a date; a field's name is the key, "_", and the part.
const (
	PartYear  = "y"
	PartMonth = "m"
	PartDay   = "d"
	PartAbout = "about" // a checkbox with the value "1"
)

// Fields returns the fields of a page in the order of the form, without files.
func (s *Schema) Fields(page string) []Field {
	var fields []Field
	for _, f := range s.answers(page) {
		if f.Question.Type != TypeDate {
			f.Name = f.Key
			fields = append(fields, f)
			continue
		}
		for _, part := range []string{PartYear, PartMonth, PartDay, PartAbout} {
			f.Name, f.Part = f.Key+"_"+part, part
			fields = append(fields, f)
		}
	}
	return fields
}

// answers returns what can be answered on a page, one field for each answer, without
// a name.
func (s *Schema) answers(page string) []Field {
	var fields []Field
	for i := range s.Sections {
		section := &s.Sections[i]
		if section.Page != page {
			continue
		}
		for n := range section.Repeat {
			for _, q := range section.Questions {
				f := Field{Key: q.Code, Question: q}
				if section.Repeat > 1 {
					f.Row = n + 1
					f.Key += "_" + strconv.Itoa(f.Row)
				}
				if q.Type != TypeFiles {
					fields = append(fields, f)
				}
			}
		}
	}
	return fields
}

// Find returns the question and the row (0 if it does not repeat) of an answer's
// key, or nil.
func (s *Schema) Find(key string) (q *Question, row int) {
	for i := range s.Sections {
		section := &s.Sections[i]
		for _, q := range section.Questions {
			rest, ok := strings.CutPrefix(key, q.Code)
			if !ok || (section.Repeat > 1) != (rest != "") {
				continue
			}
			if rest == "" {
				return q, 0
			}
			// One digit: a section repeats at most nine times.
			if len(rest) == 2 && rest[0] == '_' && rest[1] >= '1' && int(rest[1]-'0') <= section.Repeat {
				return q, int(rest[1] - '0')
			}
		}
	}
	return nil, 0
}
