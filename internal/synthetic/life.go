package synthetic

import "slices"

// Truth is what happened to one person, before anybody forgot or mistook any of it.
type Truth struct {
	Probe bool // not a person: the operator's own test

	Name, Father, Mother, Birthplace string // in Arabic, as his papers have them
	Born                             int    // year

	One    map[string]string   // by the key of a question: a code
	Many   map[string][]string // by the key of a question: codes, sorted
	Days   map[string]string   // by the key of a question: "2018-07-12"
	Places []Stay
}

// Stay is one place where he was held.
type Stay struct {
	Place    string // code of the list "place"
	From, To string // days; To is empty if he was not moved
}

// issued are the days of decrees that many relied on, with how long people then had.
var issued = map[string]struct{ day, grace int }{
	"ld30_2012": {day(2012, 5, 2), 90}, "ld71_2012": {day(2012, 10, 23), 30}, "ld23_2013": {day(2013, 4, 16), 30},
	"ld70_2013": {day(2013, 10, 29), 60}, "ld22_2014": {day(2014, 6, 9), 60}, "ld32_2015": {day(2015, 7, 25), 30},
	"ld8_2016": {day(2016, 2, 17), 30}, "ld15_2016": {day(2016, 7, 28), 330}, "ld18_2018": {day(2018, 10, 9), 120},
	"ld20_2019": {day(2019, 9, 14), 90}, "ld6_2020": {day(2020, 3, 22), 90}, "ld13_2021": {day(2021, 5, 2), 90},
	"ld3_2022": {day(2022, 1, 25), 90}, "ld24_2022": {day(2022, 12, 21), 90}, "ld36_2023": {day(2023, 11, 16), 90},
	"ld61_2011": {day(2011, 5, 31), 60}, "ld34_2011": {day(2011, 3, 7), 60}, "ld27_2024": {day(2024, 9, 22), 60},
}

const commonDecrees = "ld18_2018:40 ld32_2015:12 ld20_2019:16 ld8_2016:8 ld30_2012:5 ld22_2014:6 ld15_2016:6 ld3_2022:3 ld71_2012:2 ld23_2013:2 ld70_2013:2 ld6_2020:2 ld13_2021:2 ld24_2022 ld36_2023 ld61_2011 ld34_2011 ld27_2024"

// signed are the days of agreements, roughly.
var signed = map[string]int{
	"old_homs": day(2014, 5, 7), "waer": day(2017, 3, 13), "daraya": day(2016, 8, 26), "tall": day(2016, 11, 28),
	"east_aleppo": day(2016, 12, 14), "harasta": day(2018, 3, 22), "douma": day(2018, 4, 1), "dumayr": day(2018, 4, 17),
	"yalda_babila": day(2018, 4, 29), "north_homs": day(2018, 5, 3), "busra": day(2018, 7, 1), "daraa": day(2018, 7, 6),
	"nawa": day(2018, 7, 18), "quneitra": day(2018, 7, 20), "daraa_2021": day(2021, 9, 1), "deir_ezzor": day(2021, 11, 14),
}

const commonAgreements = "daraa:38 busra:14 nawa:12 north_homs:8 douma:7 harasta:4 quneitra:3 yalda_babila:3 daraa_2021:4 east_aleppo:2 waer:2 deir_ezzor:2 dumayr daraya tall old_homs"

const governorates = "daraa:45 rif_dimashq:14 homs:10 quneitra:5 hama:5 aleppo:5 damascus:6 idlib:3 deir_ezzor:3 raqqa:2"

// life makes up what happened to somebody.
func (m *maker) life(p person) Truth {
	t := Truth{
		Name: p.given.arabic + " " + p.family.arabic, Father: p.father.arabic, Mother: p.mother.arabic,
		Birthplace: p.town.arabic, Born: p.born,
		One: make(map[string]string), Many: make(map[string][]string), Days: make(map[string]string),
	}
	m.service(&t)
	surrendered := m.surrender(&t)
	m.detention(&t, m.back(&t, surrendered))
	return t
}

func (m *maker) service(t *Truth) {
	t.Many["category"] = m.some(func() string { return m.from("category", "conscript:60 nco:12 volunteer:9 reservist:9 officer:5") })
	t.One["rank_band"] = "soldier"
	switch {
	case slices.Contains(t.Many["category"], "officer"):
		t.One["rank_band"] = m.pick("junior_officer:4 senior_officer:1")
	case slices.Contains(t.Many["category"], "nco"):
		t.One["rank_band"] = "nco"
	}
	t.Days["defect_date"] = text(m.between(day(2011, 6, 1), day(2015, 6, 30)))
	t.One["defect_gov"] = m.from("governorate", governorates)
	t.Many["after"] = m.some(func() string { return m.from("after", "fought:25 civilian:40 hiding:20 abroad:8") })
}

// surrender returns the day on which he gave himself up or was caught.
func (m *maker) surrender(t *Truth) int {
	way := m.pick("settlement:36 decree:26 both:22 personal:5 caught:8 other:2")
	on := m.between(day(2016, 1, 1), day(2020, 6, 30))
	switch way {
	case "settlement", "both":
		agreement := m.pick(commonAgreements)
		t.Many["agreement"] = []string{agreement}
		on = signed[agreement] + m.IntN(120)
	case "decree":
		on = 0
	}
	if way == "decree" || way == "both" {
		decree := m.pick(commonDecrees)
		if way == "both" && m.percent(70) {
			decree = "ld18_2018"
		}
		t.Many["decree"] = []string{decree}
		d := issued[decree]
		at := d.day + m.IntN(d.grace+1)
		t.One["in_time"] = "yes"
		if m.percent(18) {
			at, t.One["in_time"] = d.day+d.grace+1+m.IntN(300), "no"
		}
		on = max(on, at)
	}
	t.Many["basis"] = []string{way}
	if way == "both" {
		t.Many["basis"] = []string{"decree", "settlement"}
	}
	// He left the service before he came back to it.
	if left := t.Days["defect_date"]; left >= text(on-20) {
		t.Days["defect_date"] = text(max(day(2011, 2, 1), on-20-m.IntN(300)))
	}
	if way == "caught" {
		return on
	}
	t.Days["surrender_date"] = text(on)
	t.One["surrender_gov"] = m.from("governorate", governorates)
	t.One["surrender_to"] = m.from("surrender_to", "mp_qaboun:30 mp:14 recruitment:14 mi:10 unit:6 division4:4 centre:8 committee:5")
	t.Many["guarantor"] = m.some(func() string {
		return m.from("guarantor", "russian_centre:25 russian_police:20 committee:40 security_officer:12")
	})
	t.Many["promise"] = m.some(func() string {
		return m.from("promise", "no_arrest:40 sentence_dropped:25 discharge:12 rejoin_only:20 time:12")
	})
	t.One["settlement_paper"] = m.pick("kept:35 taken:30 none:35")
	t.One["excluded"] = m.pick("yes:6 no:60")
	return on
}

// back returns the first day from which he can have been arrested.
func (m *maker) back(t *Truth, from int) int {
	if t.Days["surrender_date"] == "" || m.percent(55) {
		t.One["returned"] = "no"
		return from
	}
	t.One["returned"] = m.pick("same_unit:45 other_unit:55")
	from += 5 + m.IntN(120)
	t.Days["return_date"] = text(from)
	from += 10 + m.IntN(300)
	t.Days["return_end"] = text(from)
	return from
}

// detention is what came after; of some nothing did.
func (m *maker) detention(t *Truth, from int) {
	if m.percent(12) {
		t.One["fate"] = "other" // he was left in peace, or so it seems
		return
	}
	arrested := from
	if m.percent(60) {
		arrested += m.IntN(200)
	}
	arrested = min(arrested, day(2024, 11, 1))
	t.Days["arrest_date"] = text(arrested)
	t.One["arrest_where"] = m.pick("on_surrender:30 unit:22 checkpoint:25 home:8 office:8 border:3 other:2")
	if t.Days["surrender_date"] == "" && t.One["arrest_where"] == "on_surrender" {
		t.One["arrest_where"] = "checkpoint"
	}
	t.One["arrest_gov"] = m.from("governorate", governorates)
	t.Many["arrest_by"] = m.some(func() string {
		return m.from("agency", "mp:25 mp_qaboun:25 mi:20 mi_248:6 mi_215:4 af:6 political:4 checkpoint:8")
	})
	t.One["acknowledged"] = m.pick("yes:15 denied:35 silent:50")
	end := m.stays(t, arrested)
	m.trial(t)
	m.end(t, arrested, end)
}

// stays makes up where he was held, and returns the last day that is known of.
func (m *maker) stays(t *Truth, at int) int {
	const common = "sednaya:25 sednaya_red:6 mp_qaboun:22 mi_248:12 mi:10 mi_215:6 mi_227:3 mi_235:4 af_mezzeh:4 balouna:5 civil:4 tishreen:2"
	for range []int{0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5}[m.IntN(11)] {
		place := m.from("place", common)
		if n := len(t.Places); n > 0 && t.Places[n-1].Place == place {
			continue
		}
		stay := Stay{Place: place, From: text(at)}
		at = min(at+7+m.IntN(240), day(2024, 11, 20))
		stay.To = text(at)
		t.Places = append(t.Places, stay)
	}
	return at
}

func (m *maker) trial(t *Truth) {
	t.One["court"] = m.pick("none:45 field:35 field_first:3 field_second:2 military:8 terrorism:7 other")
	if t.One["court"] == "none" {
		return
	}
	t.One["public_hearing"] = m.pick("yes:4 no:96")
	t.One["lawyer"] = m.pick("chosen:5 appointed:6 silent:8 refused:20 none:61")
	t.One["indictment"] = m.pick("written:5 oral:25 never:70")
	t.One["sentence"] = m.pick("none_known:45 prison:20 death:33 acquitted:2")
}

// end is what became of him.
func (m *maker) end(t *Truth, arrested, last int) {
	t.Many["contact_in"] = m.some(func() string { return m.from("contact_in", "none:60 visit:18 call:10 message:5") })
	if slices.Contains(t.Many["contact_in"], "none") {
		t.Many["contact_in"] = []string{"none"}
	}
	t.Many["search_steps"] = m.some(func() string { return m.from("search_steps", "visits:35 money:25 dangerous:20 lawyer:8 complaint:8") })
	t.Days["last_seen"] = text(m.between(arrested, max(arrested, last)))
	t.One["fate"] = m.pick("missing:34 not_found_2024:16 declared_dead:20 death_confirmed:8 released:16 freed_2024:3 other")
	switch t.One["fate"] {
	case "released":
		t.Days["fate_date"] = text(min(last+m.IntN(400), day(2024, 11, 25)))
	case "freed_2024":
		t.Days["fate_date"] = text(day(2024, 12, 8))
	case "not_found_2024":
		t.Days["fate_date"] = text(m.between(day(2024, 12, 8), day(2025, 3, 1)))
	case "declared_dead", "death_confirmed":
		died := m.between(max(last, arrested+1), max(last, arrested+1)+300)
		told := min(died+30+m.IntN(1200), firstReceived)
		t.Days["death_date"], t.Days["notice_date"], t.Days["fate_date"] = text(died), text(told), text(told)
		t.Many["notice_how"] = m.some(func() string {
			return m.from("notice_how", "registry:40 military_police:20 names:12 survivor:14 call:5")
		})
		t.One["death_paper"] = m.pick("have:30 seen:15 said:20 none:35")
		t.One["remains"] = m.pick("returned:3 grave_known:4 neither:93")
	}
}
