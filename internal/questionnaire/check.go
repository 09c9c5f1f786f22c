package questionnaire

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"amana/internal/edtf"
)

// Input is what came with a form: the values of each field, by its name, in the
// order they came.
type Input map[string][]string

// Answers are checked answers, without those that are empty.
type Answers struct {
	Answers map[string]string   // free text, one code, or a date in EDTF; by Field.Key
	Choices map[string][]string // codes, in the order of the list; by Field.Key
}

// ProblemKind says what is wrong with one answer.
type ProblemKind string

// The kinds of problem.
const (
	TooLong    ProblemKind = "too_long"    // more than Question.Limit characters
	NotInList  ProblemKind = "not_in_list" // a code that the list does not have, or two where one can be
	Impossible ProblemKind = "impossible"  // no such date, a date to come, or not a number
	NotText    ProblemKind = "not_text"    // not UTF-8, or a control character other than tab and line feed
	TooMany    ProblemKind = "too_many"    // the field came more often than it can
)

// Problem is one thing that is wrong.
type Problem struct {
	Key      string // Field.Key
	Question *Question
	Kind     ProblemKind
}

// firstYear is the earliest year that a date can have.
const firstYear = 1900

// dated reports whether any part of a date came. Most do not, and the server asks
// this where each allocation costs: so it makes none.
func (in Input) dated(key string) bool {
	var room [64]byte
	name := append(append(room[:0], key...), '_')
	for _, part := range []string{PartYear, PartMonth, PartDay, PartAbout} {
		if len(in[string(append(name, part...))]) > 0 {
			return true
		}
	}
	return false
}

// Check holds what came to the rules of a page. today is the day received, in UTC:
// no date may be later than the day after it. The problems are in the order of the
// form. A name in Input that is no field of the page is not looked at here.
func (s *Schema) Check(page string, in Input, today string) (Answers, []Problem) {
	out := Answers{make(map[string]string), make(map[string][]string)}
	var problems []Problem
	latest := dayAfter(today)
	for _, f := range s.answers(page) {
		var answer string
		var choices []string
		var problem ProblemKind
		switch q := f.Question; q.Type {
		case TypeText:
			answer, problem = checkText(q, in[f.Key])
		case TypeOne:
			answer, problem = checkOne(s.Lists[q.List], in[f.Key])
		case TypeMany:
			choices, problem = checkMany(s.Lists[q.List], in[f.Key])
		case TypeDate:
			if !in.dated(f.Key) {
				continue
			}
			answer, problem = checkDate(in, f.Key+"_", latest)
		}
		switch {
		case problem != "":
			problems = append(problems, Problem{f.Key, f.Question, problem})
		case answer != "":
			out.Answers[f.Key] = answer
		case len(choices) > 0:
			out.Choices[f.Key] = choices
		}
	}
	return out, problems
}

// dayAfter returns the next day; of what is no day "", after which all dates are.
func dayAfter(today string) string {
	day, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return ""
	}
	return day.AddDate(0, 0, 1).Format(time.DateOnly)
}

// checkText returns a text with \n between lines, "" if it is blank. Of a single
// line, the ends are trimmed and a line end is a space.
func checkText(q *Question, values []string) (string, ProblemKind) {
	if len(values) > 1 {
		return "", TooMany
	}
	if len(values) == 0 {
		return "", ""
	}
	text := values[0]
	if !utf8.ValidString(text) {
		return "", NotText
	}
	text = strings.ReplaceAll(text, "\r\n", "\n") // what a browser sends
	text = strings.ReplaceAll(text, "\r", "\n")
	if q.Rows <= 1 {
		text = strings.ReplaceAll(text, "\n", " ")
	}
	if trimmed := strings.TrimSpace(text); trimmed == "" || q.Rows <= 1 {
		text = trimmed
	}
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' }) {
		return "", NotText
	}
	if utf8.RuneCountInString(text) > q.Limit {
		return "", TooLong
	}
	return text, ""
}

// checkOne returns a code of the list, "" if none was chosen.
func checkOne(list *List, values []string) (string, ProblemKind) {
	code := ""
	for _, value := range values {
		if value = strings.TrimSpace(value); value == "" {
			continue
		}
		entry := list.Entry(value)
		if entry == nil || code != "" {
			return "", NotInList
		}
		code = entry.Code // the list's own, so that nothing of the input is held
	}
	return code, ""
}

// checkMany returns what was chosen in the order of the list, each once.
func checkMany(list *List, values []string) ([]string, ProblemKind) {
	if len(values) > len(list.Entries) {
		return nil, TooMany // a form has one box an entry
	}
	chosen := make(map[string]bool)
	for _, value := range values {
		if value = strings.TrimSpace(value); value == "" {
			continue
		}
		entry := list.Entry(value)
		if entry == nil {
			return nil, NotInList
		}
		chosen[entry.Code] = true
	}
	var codes []string
	for i := range list.Entries {
		if code := list.Entries[i].Code; chosen[code] {
			codes = append(codes, code)
		}
	}
	return codes, ""
}

// checkDate returns a date in EDTF, "" if no part is known. The parts stand under
// the prefix and y, m, d and about.
func checkDate(in Input, prefix, latest string) (string, ProblemKind) {
	for _, part := range []string{PartYear, PartMonth, PartDay, PartAbout} {
		if len(in[prefix+part]) > 1 {
			return "", TooMany
		}
	}
	part := func(name string) string {
		return strings.TrimSpace(strings.Join(in[prefix+name], ""))
	}
	var date edtf.Date
	var ok [3]bool
	date.Year, ok[0] = number(part(PartYear), 4, 4)
	date.Month, ok[1] = number(part(PartMonth), 1, 2)
	date.Day, ok[2] = number(part(PartDay), 1, 2)
	about := part(PartAbout)
	date.About = about == "1"
	if slices.Contains(ok[:], false) || about != "" && !date.About {
		return "", Impossible
	}
	if date.Check(firstYear, latest) != nil {
		return "", Impossible
	}
	return date.String(), ""
}

// zeros are the first of the ten digits that people type: Latin, Arabic-Indic, and
// the Extended Arabic-Indic of Persian and Kurdish keyboards.
var zeros = []rune{'0', '٠', '۰'}

// number reads a whole number above 0 of least to most digits, or "" as 0.
func number(s string, least, most int) (n int, ok bool) {
	if s == "" {
		return 0, true
	}
	count := 0
	for _, r := range s {
		i := slices.IndexFunc(zeros, func(zero rune) bool { return r >= zero && r <= zero+9 })
		if i < 0 || count == most {
			return 0, false
		}
		n = 10*n + int(r-zeros[i])
		count++
	}
	return n, n > 0 && count >= least
}
