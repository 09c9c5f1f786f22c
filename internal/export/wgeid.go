package export

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"amana/internal/cases"
	"amana/internal/facts"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// writeWGEID writes for each case two drafts of what the United Nations' Working Group
// on Enforced or Involuntary Disappearances asks for, in English and Arabic, and a list
// of the cases for which there can be none. Nothing here files anything.
func writeWGEID(ctx context.Context, j *Job, folder *Folder) error {
	var without []string
	err := j.each(ctx, func(p *person) error {
		if !cases.IsCase(p.ID) {
			return fmt.Errorf("its code is none")
		}
		if len(p.named("his_name")) == 0 {
			without = append(without, p.ID)
			return nil
		}
		f, err := facts.Of(j.Selection, p.Case)
		if err != nil {
			return err
		}
		for _, lang := range []string{"en", "ar"} {
			d := &draft{person: p, facts: f, lang: lang}
			if err := folder.write("drafts/"+p.ID+"."+lang+".txt", d.write); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return folder.write("no-draft.txt", func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s\n%s\n\n%s\n", noDraft["en"], noDraft["ar"], strings.Join(without, "\n"))
		return err
	})
}

// draft is one case in one language.
type draft struct {
	*person
	facts *facts.Facts
	lang  string
	b     strings.Builder
}

func (d *draft) write(w io.Writer) error {
	t := draftWords[d.lang]
	d.line("%s", t.title)
	d.line("%s", t.nobody)
	d.line("%s %s\n", t.person, d.ID)
	d.part(1, t.name, d.name()...)
	d.part(2, t.date, d.date()...)
	d.part(3, t.place, d.place()...)
	d.part(4, t.forces, d.words("arrest_by")...)
	d.part(5, t.search, d.words("search_steps")...)
	d.part(6, t.reporter)
	d.line("   %s\n", t.anonymous)
	d.line("%s", t.family)
	d.line("   %s\n", d.family())
	d.line("%s", t.more)
	for _, key := range []string{"acknowledged", "reason_given", "contact_in", "last_seen", "fate"} {
		q, _ := questionnaire.Builtin().Find(key)
		if said := d.words(key); len(said) > 0 {
			d.line("   %s %s", q.Label.In(d.lang), strings.Join(said, t.comma))
		}
	}
	d.line("\n%s", t.accounts)
	for part := range d.parts {
		if text := part.t.Answers[testimony.Narrative]; text != "" {
			d.line("\n   [%s/%d]\n%s", part.source.code, part.number, text)
		}
	}
	d.line("\n%s", t.end)
	_, err := io.WriteString(w, Plain(d.b.String()))
	return err
}

func (d *draft) line(format string, args ...any) { fmt.Fprintf(&d.b, format+"\n", args...) }

// part writes one of the six musts, and what is missing of it.
func (d *draft) part(n int, title string, said ...string) {
	d.line("%d. %s", n, title)
	for _, s := range said {
		d.line("   %s", s)
	}
	if len(said) == 0 {
		d.line("   %s", draftWords[d.lang].missing)
	}
}

func (d *draft) name() []string {
	var all []string
	for _, key := range nameKeys() {
		q, _ := questionnaire.Builtin().Find(key)
		names := d.named(key)
		for _, name := range names {
			all = append(all, q.Label.In(d.lang)+": "+oneLine(name))
		}
		if len(names) > 1 {
			all = append(all, draftWords[d.lang].differ)
		}
	}
	return all
}

// date returns when he was arrested or last seen: at least a month is asked for.
func (d *draft) date() []string {
	var all []string
	exact := false
	for _, key := range []string{"arrest_date", "last_seen"} {
		q, _ := questionnaire.Builtin().Find(key)
		if said := d.words(key); len(said) > 0 {
			all = append(all, q.Label.In(d.lang)+" "+strings.Join(said, draftWords[d.lang].comma))
		}
		if span := d.facts.Dates[key]; span.Known() && span.Earliest[:7] == span.Latest[:7] {
			exact = true
		}
	}
	if len(all) > 0 && !exact {
		all = append(all, draftWords[d.lang].month)
	}
	return all
}

func (d *draft) place() []string {
	all := append(d.words("arrest_where"), d.words("arrest_gov")...)
	for _, place := range d.facts.Places {
		cells := listCells("place", place.Place)
		name := map[string]string{"en": cells[1], "ar": cells[2]}[d.lang]
		all = append(all, fmt.Sprintf("%s %s (%s – %s)", draftWords[d.lang].held, name, orUnknown(place.From.EDTF), orUnknown(place.To.EDTF)))
	}
	return all
}

// words returns what is known under a key: codes by their names, a date, or words; and
// what each source says if they contradict each other.
func (d *draft) words(key string) []string {
	if slices.Contains(d.facts.Differ, key) {
		all := []string{draftWords[d.lang].differ}
		for part := range d.parts {
			if value := part.t.Answers[key]; value != "" {
				all = append(all, part.source.code+": "+part.label(key, value, d.lang))
			}
			for _, code := range part.t.Choices[key] {
				all = append(all, part.source.code+": "+part.label(key, code, d.lang))
			}
		}
		return all
	}
	if date := d.facts.Dates[key].EDTF; date != "" {
		return []string{date}
	}
	if said := words(d.facts, key, d.lang); len(said) > 0 {
		return said
	}
	q, _ := questionnaire.Builtin().Find(key)
	if q == nil || q.Type != questionnaire.TypeText {
		return nil
	}
	var all []string
	for part := range d.parts {
		if value := part.t.Answers[key]; value != "" {
			all = append(all, oneLine(value))
		}
	}
	return all
}

// family says whether the family agrees, as far as the sources say.
func (d *draft) family() string {
	t := draftWords[d.lang]
	agrees := false
	for part := range d.parts {
		switch part.t.Answers["family_agrees"] {
		case "agrees":
			agrees = true
		case "knows", "no":
			return t.familyNot
		}
	}
	if agrees {
		return t.familyAgrees
	}
	return t.familyUnknown
}
