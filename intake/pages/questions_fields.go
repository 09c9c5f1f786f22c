package pages

import (
	"io"
	"strconv"
	"strings"

	"amana/internal/questionnaire"
)

// place is where one answer is given.
type place struct {
	*questionnaire.Question
	key    string
	id     string // of its control, or of the first of them
	suffix string // number that makes its other ids
	label  string // escaped
	hinted bool   // an element with its hint is there
}

// section adds a part that folds. It is open if it is the first one, or if the
// source has something to see in it.
func (b *builder) section(s *questionnaire.Section, first bool) {
	rows := max(s.Repeat, 1)
	b.fold(s, 1, rows, first)
	b.put("<summary><h2>", b.say(s.Title), "</h2></summary>")
	if len(s.Intro) > 0 {
		b.put("<p>", b.say(s.Intro))
	}
	if s.Repeat <= 1 {
		for _, q := range s.Questions {
			b.question(q, q.Code, "")
		}
	} else {
		b.row(s, 1)
		b.fold(s, 2, rows, false)
		b.put("<summary>", b.word("question.more"), "</summary>")
		for row := 2; row <= rows; row++ {
			b.row(s, row)
		}
		b.put("</details>")
	}
	b.put("<p><button>", b.word("question.send"), "</button></details>")
}

// fold begins a fold around rows of a section.
func (b *builder) fold(s *questionnaire.Section, from, to int, open bool) {
	if open {
		b.put("<details open>")
		return
	}
	var keys, names []string
	for row := from; row <= to; row++ {
		for _, q := range s.Questions {
			key := keyOf(s, q, row)
			keys, names = append(keys, key), append(names, namesOf(q, key)...)
		}
	}
	b.put("<details")
	b.gap(func(w io.Writer, _ State, f *filled) error {
		for _, key := range keys {
			if f.has(key) || f.about == key || key == filesField && f.filesLost {
				return writeStrings(w, " open")
			}
		}
		for _, name := range names {
			for _, value := range f.values[name] {
				if value != "" {
					return writeStrings(w, " open")
				}
			}
		}
		return nil
	})
	b.put(">")
}

// keyOf returns the key of an answer.
func keyOf(s *questionnaire.Section, q *questionnaire.Question, row int) string {
	if s.Repeat <= 1 {
		return q.Code
	}
	return q.Code + "_" + strconv.Itoa(row)
}

// namesOf returns the fields of an answer, without files.
func namesOf(q *questionnaire.Question, key string) []string {
	switch q.Type {
	case questionnaire.TypeFiles:
		return nil
	case questionnaire.TypeDate:
		return []string{
			key + "_" + questionnaire.PartYear, key + "_" + questionnaire.PartMonth,
			key + "_" + questionnaire.PartDay, key + "_" + questionnaire.PartAbout,
		}
	}
	return []string{key}
}

// row adds one round of the questions of a section that repeats.
func (b *builder) row(s *questionnaire.Section, row int) {
	title := b.say(s.Title) + "\u00a0(" + b.asked.words.number(int64(row)) + ")"
	b.put("<fieldset><legend><h3>", title, "</h3></legend>")
	for _, q := range s.Questions {
		b.question(q, keyOf(s, q, row), title+": ")
	}
	b.put("</fieldset>")
}

// question adds one question. within is what the list of problems says before
// its label.
func (b *builder) question(q *questionnaire.Question, key, within string) {
	b.number++
	p := place{Question: q, key: key, suffix: strconv.Itoa(b.number), label: b.say(q.Label), hinted: len(q.Hint) > 0}
	p.id = "q" + p.suffix
	if key == narrativeField || key == filesField {
		p.id = key
	}
	b.asked.targets[key] = target{p.id, within + p.label}
	switch q.Type {
	case questionnaire.TypeMany:
		b.many(p)
	case questionnaire.TypeDate:
		b.date(p)
	case questionnaire.TypeOne:
		b.one(p)
	case questionnaire.TypeFiles:
		b.files(p)
	default:
		b.free(p)
	}
}

// head adds the label of a single control, its hint, and what is wrong with it.
func (b *builder) head(p place, hints func()) {
	b.put("<p><label for=", p.id, ">", p.label, "</label>")
	b.notes(p, hints)
}

// group begins a group of controls, as head does for a single one.
func (b *builder) group(p place) {
	b.put("<fieldset")
	b.described(p, false)
	b.put("><legend>", p.label, "</legend>")
	b.notes(p, nil)
}

// notes adds the hint of a question, more of it by hints, and a gap for what is
// wrong.
func (b *builder) notes(p place, hints func()) {
	if p.hinted {
		b.put("<small id=h", p.suffix, ">")
		if len(p.Hint) > 0 {
			b.put(b.say(p.Hint))
		}
		if hints != nil {
			hints()
		}
		b.put("</small>")
	}
	b.gap(func(w io.Writer, st State, f *filled) error {
		if !f.has(p.key) {
			return nil
		}
		if err := writeStrings(w, "<strong id=p", p.suffix, ">"); err != nil {
			return err
		}
		for _, problem := range f.problems {
			if problem.Key != p.key {
				continue
			}
			words, err := b.asked.problem(st, problem)
			if err != nil {
				return err
			}
			if err := writeStrings(w, words, " "); err != nil {
				return err
			}
		}
		return writeStrings(w, "</strong>")
	})
}

// described adds a gap for what describes a control, or the group of a question
// that has several.
func (b *builder) described(p place, control bool) {
	hint, usual := "", ""
	if p.hinted {
		hint = " h" + p.suffix
		usual = " aria-describedby=h" + p.suffix
	}
	b.gap(func(w io.Writer, _ State, f *filled) error {
		bad, above := f.has(p.key), f.about == p.key
		ids := ""
		if above || p.key == filesField && f.filesLost {
			ids = "problem"
		}
		if bad {
			ids += " p" + p.suffix
		}
		if ids == "" {
			return writeStrings(w, usual)
		}
		if err := writeStrings(w, ` aria-describedby="`, strings.TrimSpace(ids+hint), `"`); err != nil {
			return err
		}
		if control && (bad || above) {
			return writeStrings(w, " aria-invalid=true")
		}
		return nil
	})
}

// wrong adds a gap that marks one control of a group in which something is wrong.
func (b *builder) wrong(p place) {
	b.gap(func(w io.Writer, _ State, f *filled) error {
		if !f.has(p.key) {
			return nil
		}
		return writeStrings(w, " aria-describedby=p", p.suffix, " aria-invalid=true")
	})
}
