package export

import (
	"context"
	"io"
	"strconv"
	"strings"

	"amana/internal/facts"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// ftmName holds an entity a line, as `alephclient write-entities` and `ftm` read them.
const ftmName = "entities.ftm.json"

// writeFtM writes FollowTheMoney entities: of each case a Person, an Event for each
// thing that happened and has a date or a place, a CourtCase with its party if there was
// a trial, and a Note for each account.
func writeFtM(ctx context.Context, j *Job, folder *Folder) error {
	err := folder.write(ftmName, func(w io.Writer) error {
		return j.each(ctx, func(p *person) error {
			f, err := facts.Of(j.Selection, p.Case)
			if err != nil {
				return err
			}
			for _, e := range j.entities(p, f) {
				line, err := canonical(map[string]any{"id": e.id, "schema": e.schema, "properties": e.properties})
				if err != nil {
					return err
				}
				if _, err := w.Write(append(line, '\n')); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	return j.eachFile(ctx, folder)
}

// happenings are what happened to a person, in the order of time: the keys of a date,
// a list or lists that say how, and a governorate.
var happenings = []struct {
	en, ar, from, to, where string
	how                     []string
}{
	{"Defection", "انشقاق", "defect_date", "defect_date", "defect_gov", []string{"after"}},
	{"Surrender", "تسليم نفسه", "surrender_date", "surrender_date", "surrender_gov", []string{"surrender_to", "basis", "decree", "agreement", "guarantor", "promise"}},
	{"Return to service", "عودة إلى الخدمة", "return_date", "return_end", "", []string{"returned"}},
	{"Arrest", "اعتقال", "arrest_date", "arrest_date", "arrest_gov", []string{"arrest_where", "arrest_by", "acknowledged"}},
	{"Last known alive", "آخر مرة عُرف أنه حي", "last_seen", "last_seen", "", []string{"contact_in"}},
	{"Fate", "مصيره", "fate_date", "fate_date", "", []string{"fate", "remains"}},
	{"Notice of death", "تبليغ بالوفاة", "notice_date", "notice_date", "", []string{"notice_how", "death_paper"}},
	{"Death, as stated", "الوفاة كما ذُكرت", "death_date", "death_date", "", nil},
}

func (j *Job) entities(p *person, f *facts.Facts) []*entity {
	man := newEntity("Person", p.ID)
	all := []*entity{man}
	man.set("name", p.ID)
	if names := p.named("his_name"); j.hasNames() && len(names) > 0 {
		man.properties["name"] = nil
		man.set("name", names...)
		man.set("weakAlias", p.ID)
		man.set("fatherName", p.named("his_father")...)
		man.set("motherName", p.named("his_mother")...)
		man.set("birthPlace", p.named("his_birthplace")...)
		for _, birth := range p.named("his_birth") {
			date, _ := prefix(birth)
			man.set("birthDate", date)
		}
	}
	man.set("country", "sy")
	man.set("position", words(f, "category", "en")...)
	man.set("status", words(f, "fate", "en")...)
	man.set("summary", "At least "+strconv.Itoa(f.Sources)+" source(s).")
	if len(f.Differ) > 0 {
		man.set("notes", "The sources contradict each other on: "+strings.Join(f.Differ, ", "))
	}
	for _, h := range happenings {
		if e := happening(p, f, h.en, h.ar, h.from, h.to, h.where, h.how); e != nil {
			e.set("involved", man.id)
			all = append(all, e)
		}
	}
	for i, place := range f.Places {
		names := listCells("place", place.Place)
		e := newEntity("Event", p.ID, "place", strconv.Itoa(i))
		e.set("name", "Detention — "+p.ID, "احتجاز — "+p.ID)
		e.set("location", names[1], names[2])
		e.set("country", "sy")
		e.when(place.From.EDTF, place.To.EDTF)
		e.set("involved", man.id)
		all = append(all, e)
	}
	all = append(all, trial(p, f, man)...)
	return append(all, accounts(p, man)...)
}

// words returns what the codes of a question are called.
func words(f *facts.Facts, key, lang string) []string {
	codes := f.Many[key]
	if one := f.One[key]; one != "" {
		codes = []string{one}
	}
	var all []string
	for _, code := range codes {
		if code != questionnaire.CodeUnknown && code != questionnaire.CodeDeclined {
			all = append(all, labelIn(questionnaire.Builtin(), key, code, lang))
		}
	}
	return all
}

func happening(p *person, f *facts.Facts, en, ar, from, to, where string, how []string) *entity {
	e := newEntity("Event", p.ID, from)
	e.set("name", en+" — "+p.ID, ar+" — "+p.ID)
	e.when(f.Dates[from].EDTF, f.Dates[to].EDTF)
	e.set("location", words(f, where, "en")...)
	e.set("location", words(f, where, "ar")...)
	for _, key := range how {
		e.set("summary", strings.Join(words(f, key, "en"), "; "), strings.Join(words(f, key, "ar"), "؛ "))
	}
	if len(e.properties) == 1 { // nothing but its name
		return nil
	}
	e.set("country", "sy")
	return e
}

// trial returns the court case and his part in it.
func trial(p *person, f *facts.Facts, man *entity) []*entity {
	court, sentence := words(f, "court", "en"), words(f, "sentence", "en")
	if len(court) == 0 || f.One["court"] == "none" {
		return nil
	}
	c := newEntity("CourtCase", p.ID)
	c.set("name", "Trial — "+p.ID, "محاكمة — "+p.ID)
	c.set("court", court...)
	c.set("court", words(f, "court", "ar")...)
	c.set("status", sentence...)
	c.set("country", "sy")
	for _, key := range []string{"public_hearing", "lawyer", "indictment"} {
		q, _ := questionnaire.Builtin().Find(key)
		for _, word := range words(f, key, "en") {
			c.set("summary", q.Label.In("en")+" "+word)
		}
	}
	party := newEntity("CourtCaseParty", p.ID)
	party.set("case", c.id)
	party.set("party", man.id)
	party.set("role", "defendant")
	return []*entity{c, party}
}

// accounts returns what each source told, in their own words.
func accounts(p *person, man *entity) []*entity {
	var all []*entity
	for part := range p.parts {
		text := part.t.Answers[testimony.Narrative]
		if text == "" {
			continue
		}
		e := newEntity("Note", p.ID, part.source.code, strconv.Itoa(part.number))
		e.set("name", "Account "+part.source.code+"/"+strconv.Itoa(part.number))
		e.set("description", text)
		e.set("entity", man.id)
		all = append(all, e)
	}
	return all
}
