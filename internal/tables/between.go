package tables

import (
	"slices"

	"amana/internal/decrees"
)

// between says what holds between tables: that one answer is worked out of another, or
// cannot be without it. What is left out here an attacker could use.
func (m *model) between() {
	state := func(question, code string) string { return key("missing_state=" + question + "|" + code) }
	all := func(keys ...string) []string { return keys }

	// The outcome is worked out of the fate, and of whether an arrest is told.
	m.equal(all("outcome=died"), all("fate=declared_dead", "fate=death_confirmed"))
	m.equal(all("outcome=released"), all("fate=released", "fate=freed_2024"))
	m.equal(all("outcome=missing"), all("fate=missing", "fate=not_found_2024"))
	m.equal(all("outcome=held", "outcome=none"), all("fate=other", "fate=unknown"))
	for _, k := range m.rows("outcome", []string{"died", "released", "missing", "held", "none"}) {
		m.equal(all(k), all("fate=other", "fate=unknown")) // both together
		m.atLeast(all("flow=arrested"), all("outcome=released", "fate=not_found_2024"))
	}
	m.atLeast(all("flow=arrested"), all("outcome=released", "outcome=held", "fate=not_found_2024"))
	m.atLeast(all(""), all("flow=arrested", "outcome=none"))
	m.atLeast(all("flow=disappeared"), all("outcome=missing"))

	// A step is told where one of its answers is.
	for step, attributes := range map[string][]string{"flow=surrendered": {"surrender_to", "surrender_gov", "surrender_month"},
		"flow=arrested": {"arrest_gov", "arrest_by", "place", "arrest_month"}} {
		for _, id := range attributes {
			m.atLeast(all(step, id+"="+CodeUnknown), all(""))
		}
	}
	for step, questions := range map[string][]string{"flow=surrendered": {"surrender_date", "surrender_gov", "surrender_to", "settlement_paper"},
		"flow=arrested": {"arrest_date", "arrest_where", "arrest_gov", "arrest_by", "places"}, "flow=defected": {"defect_date", "defect_gov", "after"}} {
		for _, q := range questions {
			m.atLeast(all(step), all(state(q, "answered")))
		}
	}
	m.atLeast(all(state("returned", "answered"), state("return_date", "answered")), all("flow=returned"))

	// What is missing for a question is what its table does not know.
	for _, id := range []string{"fate", "in_time", "surrender_to", "surrender_gov", "arrest_gov", "decree", "promise", "agreement", "guarantor", "category", "arrest_by", "source_relation", "knowledge"} {
		m.equal(all(""), all(state(id, "answered"), id+"="+CodeUnknown))
	}
	m.atLeast(all(state("surrender_date", "answered"), "surrender_month="+CodeUnknown), all(""))
	m.atLeast(all(state("arrest_date", "answered"), "arrest_month="+CodeUnknown), all(""))
	m.atLeast(all(state("places", "answered"), "place="+CodeUnknown), all(""))
	for within, questions := range map[string][]string{onlyArrested: {"court", "public_hearing", "lawyer", "indictment", "sentence"},
		onlyDied: {"death_paper", "remains", "notice_how"}} {
		for _, q := range questions {
			m.atLeast(all(state(q, "answered"), key(within, q+"="+CodeUnknown)), all(within))
		}
	}

	m.decrees()
	m.promises()

	// The years of an arrest are its months together.
	m.equal(all("arrest_year="+CodeUnknown), all("arrest_month="+CodeUnknown))
	m.years()

	// All of Sednaya is each of its buildings; a move needs both of its places.
	outcomes := append([]string{""}, m.rows("outcome", nil)...)
	buildings := []string{"sednaya", "sednaya_red", "sednaya_white"}
	for _, o := range outcomes {
		var each []string
		for _, b := range buildings {
			if k := m.alone("place", b); k != "?" {
				m.atLeast(all(key("place=sednaya_any", o)), all(key(k, o)))
				each = append(each, key(k, o))
			}
		}
		if len(each) == len(buildings) {
			m.atLeast(each, all(key("place=sednaya_any", o)))
		}
	}
	m.transfers()
	for i := range durations {
		m.duration(&durations[i])
	}
}

// decrees says what holds between the decrees, their deadlines and the one of all.
func (m *model) decrees() {
	m.equal([]string{"deadline=none"}, []string{"decree=none", "decree=unknown"})
	_, n := m.s.attribute("decree")
	for _, v := range []string{"in", "undetermined", "out"} {
		var each []string
		for _, row := range m.r.rows[n] {
			if row.Code == CodeUnknown || row.Code == "none" {
				continue
			}
			k := key("decree_deadline=" + codeOf(row.atom) + "|" + v)
			each = append(each, k)
			if v == "in" {
				m.atLeast([]string{"deadline=in"}, []string{k})
			}
		}
		m.atLeast(each, []string{"deadline=" + v})
	}
	m.atLeast([]string{"ground=both", "ground=decree", "deadline=none"}, []string{""})
	m.atLeast([]string{"ground=both", "ground=agreement", "agreement=unknown"}, []string{""})
}

// promises says what holds between a promised discharge and what became of promises.
func (m *model) promises() {
	for _, code := range []string{"no_arrest", "rejoin_only", "time"} {
		m.atLeast([]string{"flow=arrested"}, []string{"promise_kept=" + code + "|broken"})
	}
	k := m.alone("promise", "discharge")
	if k == "?" {
		return
	}
	m.equal([]string{k}, []string{"discharge=arrested", "discharge=returned", "discharge=neither"})
	m.equal([]string{"promise_kept=discharge|broken"}, []string{"discharge=arrested", "discharge=returned"})
	m.atLeast([]string{"flow=arrested"}, []string{"discharge=arrested"})
}

// years says that the rows of a year, by month, count the cases of the year.
func (m *model) years() {
	a, n := m.s.attribute("arrest_month")
	byYear := make(map[string][]string)
	for _, row := range m.r.rows[n] {
		year := row.Code
		if year != CodeRest {
			year = yearOf(a.labels[row.members[0]].Code)
		}
		byYear[year] = append(byYear[year], key(row.atom))
	}
	_, n = m.s.attribute("arrest_year")
	for _, row := range m.r.rows[n] {
		if len(byYear[row.Code]) > 0 {
			m.equal([]string{key(row.atom)}, byYear[row.Code])
		}
	}
}

func (m *model) transfers() {
	a, n := m.s.attribute("transfer")
	for _, row := range m.r.rows[n] {
		if len(row.members) != 1 || row.Code == CodeUnknown {
			continue
		}
		code := a.labels[row.members[0]].Code
		for i := range code {
			if code[i] != '>' {
				continue
			}
			for _, p := range []string{code[:i], code[i+1:]} {
				if k := m.alone("place", p); k != "?" {
					m.atLeast([]string{k}, []string{key(row.atom)})
				}
			}
		}
	}
}

// duration says that no shortest duration is longer than the longest of its case.
func (m *model) duration(d *duration) {
	var least, most []string
	for _, l := range binLabels {
		least = append(least, "least_"+d.id+"="+l.Code)
		most = append(most, "most_"+d.id+"="+l.Code)
		m.atLeast(slices.Clone(least), slices.Clone(most))
	}
	m.equal([]string{"least_" + d.id + "=" + CodeUnknown}, []string{"most_" + d.id + "=" + CodeUnknown})
}

// impossible returns the counts that are 0 by what they mean, as everybody knows: they
// are printed.
func (m *model) impossible() map[string]bool {
	all := make(map[string]bool)
	put := func(k string) {
		if n, ok := m.counts[k]; ok && n == 0 {
			all[k] = true
		}
	}
	// Who was held somewhere, or arrested by somebody, was arrested.
	for _, id := range []string{"arrest_by", "arrest_gov", "place"} {
		for _, k := range m.rows(id, []string{CodeUnknown}, "outcome=none") {
			put(k)
		}
	}
	// Whether a promise that we do not know was kept nobody can say.
	put("promise_kept=other|broken")
	put("promise_kept=other|no_breach")
	// A decree without a known grace has no deadline.
	_, n := m.s.attribute("decree")
	for _, row := range m.r.rows[n] {
		if d := decrees.Find(row.Code); len(row.members) == 1 && (d == nil || d.About || len(d.Inside)+len(d.Outside) == 0) {
			put("decree_deadline=" + row.Code + "|in")
			put("decree_deadline=" + row.Code + "|out")
		}
	}
	return all
}
