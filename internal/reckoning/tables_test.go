package reckoning

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"amana/internal/questionnaire"
)

// counts are the cells of a table by the codes of row and column.
type counts map[[2]string]int

// counting is what the tables of some people are made of.
type counting struct {
	all     map[string]counts
	decrees map[string]*decree
	lengths map[string][2][]int // all durations of a kind, the least and the most
}

// count works out all tables.
func count(t *testing.T, list []*person) map[string]counts {
	t.Helper()
	c := &counting{all: make(map[string]counts), decrees: readDecrees(t), lengths: make(map[string][2][]int)}
	for _, p := range list {
		c.flow(p)
		c.promises(p)
		c.answers(p)
		c.places(p)
		c.times(p)
		c.durations(p)
		c.quality(p)
	}
	c.quartiles()
	return c.all
}

// add counts a case in every row and column once, and in "all" where it is said.
func (c *counting) add(table string, rows, columns []string, total ...string) {
	if c.all[table] == nil {
		c.all[table] = make(counts)
	}
	if slices.Contains(total, "row") {
		rows = append(slices.Clone(rows), "all")
	}
	if slices.Contains(total, "column") {
		columns = append(slices.Clone(columns), "all")
	}
	for _, row := range unique(rows) {
		for _, column := range unique(columns) {
			c.all[table][[2]string{row, column}]++
		}
	}
}

func unique(all []string) []string {
	all = slices.Clone(all)
	slices.SortFunc(all, cmp.Compare[string])
	return slices.Compact(all)
}

// or returns the codes, or unknown if there are none.
func or(codes []string) []string {
	if len(codes) == 0 {
		return []string{"unknown"}
	}
	return codes
}

// answer returns what is known under a question of either kind, or unknown.
func (p *person) answer(key string) []string {
	if code := p.one[key]; code != "" {
		return []string{code}
	}
	return or(p.many[key])
}

func (p *person) is(key string, codes ...string) bool { return slices.Contains(codes, p.one[key]) }

func (p *person) has(key string, code string) bool { return slices.Contains(p.many[key], code) }

func (p *person) died() bool     { return p.is("fate", "declared_dead", "death_confirmed") }
func (p *person) released() bool { return p.is("fate", "released", "freed_2024") }
func (p *person) missing() bool  { return p.is("fate", "missing", "not_found_2024") }

func (p *person) defected() bool {
	return p.given["defect_date"] || p.one["defect_gov"] != "" || len(p.many["after"]) > 0
}

func (p *person) surrendered() bool {
	return p.given["surrender_date"] || p.one["surrender_gov"] != "" || p.one["surrender_to"] != "" || p.one["settlement_paper"] != ""
}

func (p *person) returned() bool {
	return p.is("returned", "same_unit", "other_unit") || p.one["returned"] == "" && p.given["return_date"]
}

func (p *person) arrested() bool {
	return p.given["arrest_date"] || p.one["arrest_where"] != "" || p.one["arrest_gov"] != "" || len(p.many["arrest_by"]) > 0 ||
		p.rows || p.is("fate", "released", "freed_2024", "not_found_2024")
}

func (p *person) outcome() []string {
	switch {
	case p.died():
		return []string{"died"}
	case p.released():
		return []string{"released"}
	case p.missing():
		return []string{"missing"}
	case p.arrested():
		return []string{"held"}
	}
	return []string{"none"}
}

var oneColumn = []string{"cases"}

func (c *counting) flow(p *person) {
	rows := []string{"cases"}
	for _, r := range []struct {
		code string
		is   bool
	}{
		{"defected", p.defected()}, {"surrendered", p.surrendered()}, {"returned", p.returned()}, {"arrested", p.arrested()},
		{"disappeared", p.missing() || p.is("acknowledged", "denied", "silent")}, {"released", p.released()}, {"died", p.died()},
	} {
		if r.is {
			rows = append(rows, r.code)
		}
	}
	c.add("flow", rows, oneColumn)
	c.add("decree", p.answer("decree"), p.outcome(), "row", "column")
	for _, code := range p.many["decree"] {
		if code != "none" {
			c.add("decree_deadline", []string{code}, []string{p.under(c.decrees, code)}, "column")
		}
	}
	deadline := []string{p.deadline(c.decrees)}
	c.add("deadline", deadline, p.outcome(), "row", "column")
	c.add("in_time", p.answer("in_time"), deadline, "row", "column")
	c.add("ground", []string{p.ground()}, p.outcome(), "row", "column")
}

func (p *person) ground() string {
	decree := p.has("basis", "decree")
	for _, code := range p.many["decree"] {
		decree = decree || code != "none"
	}
	agreement := p.has("basis", "settlement") || len(p.many["agreement"]) > 0
	switch {
	case decree && agreement:
		return "both"
	case decree:
		return "decree"
	case agreement:
		return "agreement"
	}
	for _, code := range []string{"personal", "caught", "other"} {
		if p.has("basis", code) {
			return code
		}
	}
	return "unknown"
}

func (c *counting) promises(p *person) {
	for _, code := range p.many["promise"] {
		broken := false
		switch code {
		case "no_arrest", "rejoin_only", "time":
			broken = p.arrested()
		case "sentence_dropped":
			broken = p.arrested() || p.is("sentence", "prison", "death")
		case "discharge":
			broken = p.arrested() || p.returned()
		}
		kept := p.one["returned"] != "" || p.one["fate"] != "" && !p.died() && p.one["fate"] != "missing"
		column := "not_told"
		switch {
		case code == "other":
		case broken:
			column = "broken"
		case kept:
			column = "no_breach"
		}
		c.add("promise", []string{code}, []string{column}, "column")
	}
	column := "neither"
	switch {
	case !p.has("promise", "discharge"):
		column = "unpromised"
	case p.arrested():
		column = "arrested"
	case p.returned():
		column = "returned"
	}
	c.add("category_discharge", p.answer("category"), []string{column}, "row", "column")
}

// answers are the tables whose rows are the codes of one question.
func (c *counting) answers(p *person) {
	for _, key := range []string{"agreement", "guarantor", "category", "arrest_by", "surrender_to", "surrender_gov"} {
		c.add(key, p.answer(key), p.outcome(), "row", "column")
	}
	c.add("governorate", p.answer("arrest_gov"), p.outcome(), "row", "column")
	c.add("fate", p.answer("fate"), oneColumn, "row")
	if p.died() {
		for _, key := range []string{"notice_how", "death_paper", "remains"} {
			c.add(key, p.answer(key), oneColumn, "row")
		}
	}
	if p.arrested() {
		for _, key := range []string{"court", "public_hearing", "lawyer", "indictment", "sentence"} {
			c.add(key, p.answer(key), oneColumn, "row")
		}
	}
}

func (c *counting) places(p *person) {
	rows := or(slices.Clone(p.places))
	for _, place := range p.places {
		if slices.Contains([]string{"sednaya", "sednaya_red", "sednaya_white"}, place) {
			rows = append(rows, "sednaya_any")
		}
	}
	c.add("place", rows, p.outcome(), "row", "column")
	c.add("transfer", or(p.moves), oneColumn, "row")
}

// when says in which time days lie.
func when(days [2]int, known bool) (month, year string) {
	if !known {
		return "unknown", "unknown"
	}
	lo, hi := time.Date(2000, 1, 1+days[0], 0, 0, 0, 0, time.UTC), time.Date(2000, 1, 1+days[1], 0, 0, 0, 0, time.UTC)
	switch {
	case lo.Year() != hi.Year():
		return "unknown", "unknown"
	case lo.Year() < 2011:
		return "before", "before"
	case lo.Year() > 2030:
		return "later", "later"
	}
	year = strconv.Itoa(lo.Year())
	switch quarter := (lo.Month() - 1) / 3; {
	case lo.Month() == hi.Month():
		return lo.Format("2006-01"), year
	case quarter == (hi.Month()-1)/3:
		return fmt.Sprintf("%s-Q%d", year, quarter+1), year
	}
	return year, year
}

func (c *counting) times(p *person) {
	for table, key := range map[string]string{"surrender_month": "surrender_date", "arrest_month": "arrest_date"} {
		days, known := p.days[key]
		month, _ := when(days, known)
		c.add(table, []string{month}, oneColumn, "row")
	}
	days, known := p.days["arrest_date"]
	_, year := when(days, known)
	c.add("heat", []string{year}, p.answer("arrest_gov"), "row", "column")
}

func (c *counting) quality(p *person) {
	for _, key := range []string{"source_relation", "knowledge"} {
		c.add(key, p.answer(key), oneColumn, "row")
	}
	sources := strconv.Itoa(p.threads)
	if p.threads >= 5 {
		sources = "5+"
	}
	c.add("sources", []string{sources}, oneColumn, "row")
	c.add("corroboration", or(p.corroboration), oneColumn, "row")
	for _, s := range questionnaire.Builtin().Sections {
		if s.Page != questionnaire.PageForm || s.Code == "consent" || s.Code == "contact" || s.Repeat > 1 {
			continue
		}
		for _, q := range s.Questions {
			if q.Type == questionnaire.TypeText || q.Type == questionnaire.TypeFiles || q.Code == "told_before" || q.Code == "contact_wish" {
				continue
			}
			column := "missing"
			switch {
			case p.contradictory[q.Code]:
				column = "contradictory"
			case p.one[q.Code] != "" || len(p.many[q.Code]) > 0 || p.given[q.Code]:
				column = "answered"
			}
			c.add("missing", []string{q.Code}, []string{column})
		}
	}
	column := "missing"
	switch {
	case p.contradictory["places"]:
		column = "contradictory"
	case p.rows:
		column = "answered"
	}
	c.add("missing", []string{"places"}, []string{column})
}
