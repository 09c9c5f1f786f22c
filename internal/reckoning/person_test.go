package reckoning

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/questionnaire"
	"amana/internal/synthetic"
	"amana/internal/testimony"
)

// person is what is counted of one case.
type person struct {
	one           map[string]string   // known, and not contradictory
	many          map[string][]string // the same
	given         map[string]bool     // dates that were given, and are not contradictory
	days          map[string][2]int   // of them those of which the days are known
	contradictory map[string]bool
	places        []string // each once
	rows          bool     // there is a row of places
	moves         []string // "FROM>TO"
	threads       int
	corroboration []string
	desertion     string // "inside", "outside", or "" if it is not coded
}

// said is what one thread says.
type said struct {
	id      string
	answers map[string]string
	choices map[string][]string
}

// without returns nothing for what says nothing.
func without(code string) string {
	if code == "unknown" || code == "declined" {
		return ""
	}
	return code
}

// persons puts the cases together as a use may see them.
func persons(all []*synthetic.Case, coding map[string][]cases.Value, use consent.Use) (list []*person) {
	for i, c := range all {
		if c.Truth.Probe {
			continue
		}
		var told []said
		for _, th := range c.Threads {
			if one := hear(th); mayCount(th, one, use) {
				told = append(told, one)
			}
		}
		if len(told) == 0 {
			continue
		}
		values := coding[caseID(i)]
		if len(told) < len(c.Threads) {
			// What was coded of the person may rest on what may not be seen.
			values = slices.DeleteFunc(slices.Clone(values), func(v cases.Value) bool { return v.Subject == caseID(i) })
		}
		list = append(list, put(told, caseID(i), values))
	}
	return list
}

// mayCount tells whether a thread may be counted.
func mayCount(th *synthetic.Thread, one said, use consent.Use) bool {
	if use == consent.Own {
		return true
	}
	return !th.Withdrawn && slices.Contains([]string{"details", "numbers"}, one.answers["use_report"])
}

// hear reads the testimony of a thread and its additions.
func hear(th *synthetic.Thread) said {
	one := said{th.ID, make(map[string]string), make(map[string][]string)}
	for _, e := range th.Envelopes {
		if e.Testimony.Kind != testimony.First && e.Testimony.Kind != testimony.Addition {
			continue
		}
		for key, value := range e.Testimony.Answers {
			one.answers[key] = value
		}
		for key, codes := range e.Testimony.Choices {
			one.choices[key] = codes
		}
	}
	return one
}

// coded returns what reviewers coded of a subject under a field, and whether they
// differ.
func coded(values []cases.Value, subject, field string) (value string, any, differ bool) {
	for _, v := range values {
		if v.Subject != subject || v.Field != field {
			continue
		}
		if any && v.Value != value {
			return "", true, true
		}
		value, any = v.Value, true
	}
	return value, any, false
}

// put merges what threads say.
func put(told []said, id string, values []cases.Value) *person {
	p := &person{one: make(map[string]string), many: make(map[string][]string), given: make(map[string]bool),
		days: make(map[string][2]int), contradictory: make(map[string]bool), threads: len(told)}
	for _, s := range questionnaire.Builtin().Sections {
		if s.Page != questionnaire.PageForm || s.Repeat > 1 {
			continue
		}
		for _, q := range s.Questions {
			all, differ := readings(told, id, values, q)
			switch {
			case differ:
				p.contradictory[q.Code] = true
			case q.Code == "source_relation" || q.Code == "file_origin" || slices.Contains(aboutThemselves, q.Code) && q.Type == questionnaire.TypeOne || q.Type == questionnaire.TypeMany:
				p.choose(q.Code, all)
			case q.Type == questionnaire.TypeOne:
				p.agree(q.Code, all)
			case q.Type == questionnaire.TypeDate:
				p.meet(q.Code, all)
			}
		}
	}
	p.held(told, id, values)
	p.reviewed(told, id, values)
	return p
}

// aboutThemselves are the questions on consent, which each source answers alone.
var aboutThemselves = []string{"use_report", "share_national", "family_agrees"}

// readings returns what is said under a question: by the reviewers of the case, or by
// each thread, in whose place its coding stands. Codes of several choices are apart by
// commas.
func readings(told []said, id string, values []cases.Value, q *questionnaire.Question) (all []string, differ bool) {
	if value, any, differ := coded(values, id, "fact."+q.Code); any {
		return []string{value}, differ
	}
	for _, one := range told {
		value, any, bad := coded(values, one.id, "fact."+q.Code)
		differ = differ || bad
		switch {
		case any:
		case q.Type == questionnaire.TypeMany:
			value = strings.Join(one.choices[q.Code], ",")
		default:
			value = one.answers[q.Code]
		}
		if value != "" {
			all = append(all, value)
		}
	}
	return all, differ
}

// choose takes all that anybody chose.
func (p *person) choose(key string, all []string) {
	var codes []string
	for _, value := range all {
		for _, code := range strings.Split(value, ",") {
			if code = without(code); code != "" && !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	denies := map[string]string{"decree": "none", "contact_in": "none", "search_steps": "none", "told_before": "no"}[key]
	if denies != "" && len(codes) > 1 && slices.Contains(codes, denies) {
		p.contradictory[key] = true
		return
	}
	if len(codes) > 0 {
		p.many[key] = codes
	}
}

// broader is what a code is a narrower form of.
var broader = map[string]map[string]string{
	"court": {"field_first": "field", "field_second": "field"},
	"fate":  {"death_confirmed": "declared_dead", "not_found_2024": "missing"},
}

// agree takes what all say, or the narrower of what they say.
func (p *person) agree(key string, all []string) {
	var known []string
	for _, value := range all {
		if value = without(value); value != "" {
			known = append(known, value)
		}
	}
	for _, candidate := range known {
		fits := true
		for _, other := range known {
			fits = fits && (other == candidate || other == broader[key][candidate])
		}
		if fits {
			p.one[key] = candidate
			return
		}
	}
	if len(known) > 0 {
		p.contradictory[key] = true
	}
}

// meet takes the days that all dates can mean.
func (p *person) meet(key string, all []string) {
	any := false
	days := [2]int{-1 << 30, 1 << 30}
	bounded := false
	for _, value := range all {
		lo, hi, ok := span(value)
		any = true
		if ok {
			days[0], days[1], bounded = max(days[0], lo), min(days[1], hi), true
		}
	}
	if bounded && days[0] > days[1] {
		p.contradictory[key] = true
		return
	}
	p.given[key] = any
	if bounded {
		p.days[key] = days
	}
}

// span reads a date, or an interval of two, as numbers of days.
func span(s string) (lo, hi int, ok bool) {
	if from, to, interval := strings.Cut(s, "/"); interval {
		lo, _, ok1 := span(from)
		_, hi, ok2 := span(to)
		return lo, hi, ok1 && ok2
	}
	parts := strings.Split(strings.TrimSuffix(s, "~"), "-")
	year, err := strconv.Atoi(parts[0])
	if err != nil {
		return 0, 0, false
	}
	first, last, firstDay, lastDay := 1, 12, 1, 0
	if len(parts) > 1 && parts[1] != "XX" {
		first, _ = strconv.Atoi(parts[1])
		last = first
	}
	if len(parts) > 2 {
		firstDay, _ = strconv.Atoi(parts[2])
		lastDay = firstDay
	}
	lo = number(year, first, firstDay)
	if lastDay == 0 {
		return lo, number(year, last+1, 0), true
	}
	return lo, number(year, last, lastDay), true
}

// number is a day as a number, counted from a day of its own.
func number(year, month, day int) int {
	return int(time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).Hours() / 24)
}

// reviewed takes what reviewers coded that is no reading of an answer.
func (p *person) reviewed(told []said, id string, values []cases.Value) {
	legal, subjects := make(map[string]bool), []string{id}
	for _, one := range told {
		subjects = append(subjects, one.id)
	}
	for _, subject := range subjects {
		if value, any, differ := coded(values, subject, "corroboration"); any && !differ {
			p.corroboration = append(p.corroboration, strings.Split(value, ",")...)
		}
		if value, any, differ := coded(values, subject, "legal"); any && !differ {
			for _, code := range strings.Split(value, ",") {
				legal[code] = true
			}
		}
	}
	slices.SortFunc(p.corroboration, cmp.Compare[string])
	p.corroboration = slices.Compact(p.corroboration)
	switch in, out := legal["internal_desertion"], legal["external_desertion"]; {
	case in && !out:
		p.desertion = "inside"
	case out && !in:
		p.desertion = "outside"
	}
}
