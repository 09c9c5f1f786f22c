package questionnaire

import (
	"fmt"
	"regexp"
	"slices"

	"amana/internal/testimony"
)

// filesCode is the code of the question of type files.
const filesCode = "files"

var (
	// reserved are names of fields that the pages have for themselves.
	reserved = []string{"token", "send", "sure", "id", "code", "amana-probe"}
	// endings are what the program adds to a code to make the name of a field.
	endings = regexp.MustCompile(`_([0-9]+|y|m|d|about)$`)
)

// section reads a section and its questions.
func (r *reader) section(t *table, i int, codes, questions map[string]bool) Section {
	s := Section{Code: r.code(t, fmt.Sprintf("section %d", i+1), "section", codes)}
	t.only("code", "page", "repeat", "title", "intro", "question")
	s.Title = t.words("title")
	if t.has("intro") {
		s.Intro = t.words("intro")
	}
	if s.Page = t.optional("page", PageForm); s.Page != PageForm && s.Page != PageName {
		t.fault("page", "page is not %q or %q", PageForm, PageName)
	}
	s.Repeat = t.number("repeat", 1, maxRepeat, 1)
	in := t.who
	for i, q := range t.tables("question", maxQuestions) {
		s.Questions = append(s.Questions, r.question(&q, in, i, questions))
		r.placed = append(r.placed, placed{s.Questions[i], &s, &q})
	}
	return s
}

// question reads a question.
func (r *reader) question(t *table, section string, i int, seen map[string]bool) *Question {
	q := &Question{Code: r.code(t, fmt.Sprintf("%squestion %d", section, i+1), "question", seen)}
	t.only("code", "type", "list", "limit", "rows", "for", "label", "hint")
	if slices.Contains(reserved, q.Code) {
		t.fault("code", "the code is reserved")
	}
	if ending := endings.FindString(q.Code); ending != "" {
		t.fault("code", "a code may not end in %q", ending)
	}
	q.Label = t.words("label")
	if t.has("hint") {
		q.Hint = t.words("hint")
	}
	q.For = t.texts("for")
	q.Type = Type(t.text("type"))
	r.typed(t, q)
	return q
}

// typed reads what belongs to the type of a question.
func (r *reader) typed(t *table, q *Question) {
	var keys []string
	switch q.Type {
	case TypeText:
		keys = []string{"limit", "rows"}
		q.Limit = t.number("limit", 1, testimony.MaxText, -1)
		q.Rows = t.number("rows", 1, maxRows, 1)
	case TypeOne, TypeMany:
		keys = []string{"list"}
		if q.List = t.text("list"); q.List != "" && r.schema.Lists[q.List] == nil {
			t.fault("list", "there is no list %q", q.List)
		}
	case TypeDate, TypeFiles:
	default:
		if t.has("type") {
			t.fault("type", "type is not text, date, one, many or files")
		}
		return
	}
	if (q.Type == TypeFiles) != (q.Code == filesCode) {
		t.fault("code", "the question of type files, and no other, has the code %q", filesCode)
	}
	for _, key := range []string{"limit", "rows", "list"} {
		if t.has(key) && !slices.Contains(keys, key) {
			t.fault(key, "a question of type %s has no %s", q.Type, key)
		}
	}
}

// used reports a list that no question has.
func (r *reader) used(t *table) {
	code, _ := t.values["code"].(string)
	if code != "" && !slices.ContainsFunc(r.placed, func(p placed) bool { return p.List == code }) {
		t.fault("code", "no question uses the list")
	}
}

// order holds the questions to the rules about where they stand.
func (r *reader) order(t *table) {
	if len(r.placed) == 0 {
		return // reported
	}
	first := r.placed[0]
	if first.Code != testimony.Narrative || first.Type != TypeText || first.section.Page != PageForm || first.section.Repeat != 1 {
		first.table.fault("code", "the first question has to be %s, a text, on the page form, in a section that does not repeat", testimony.Narrative)
	}
	if len(r.placed) > maxQuestions {
		r.placed[maxQuestions].table.fault("code", "more than %d questions", maxQuestions)
	}
	last, files := -1, 0
	texts := make(map[string]int)
	for i, p := range r.placed {
		if p.section.Page == PageForm {
			last = i
		}
		if p.Type == TypeFiles || p.Code == filesCode {
			files++
		}
		before := texts[p.section.Page]
		texts[p.section.Page] += p.Limit * p.section.Repeat
		if before <= maxPage && texts[p.section.Page] > maxPage {
			p.table.fault("limit", "the texts of page %s have more than %d characters together", p.section.Page, maxPage)
		}
	}
	if files == 0 {
		t.fault("section", "no question of type files")
	}
	for i, p := range r.placed {
		if p.Type == TypeFiles && (i != last || p.section.Repeat != 1) {
			p.table.fault("type", "the question of type files has to be the last of the page form, in a section that does not repeat")
		}
	}
}
