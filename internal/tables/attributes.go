package tables

import (
	"strconv"

	"amana/internal/facts"
	"amana/internal/questionnaire"
)

// The atoms of the cases that some tables are about.
const (
	onlyDied     = "outcome=died"
	onlyArrested = "flow=arrested"
)

var outcomeLabels = []Label{
	label("died", "قيل إنه توفي أو تأكّدت وفاته", "Declared dead, or death confirmed"),
	label("released", "أُفرج عنه أو خرج حين فُتحت السجون", "Released, or freed when the prisons opened"),
	label("missing", "مفقود أو لم يُعثر عليه حين فُتحت السجون", "Missing, or not found when the prisons opened"),
	label("held", "اعتُقل ولا يُعرف مصيره", "Arrested, fate not known"),
	label("none", "لم يُذكر اعتقال ولا مصير", "Neither arrest nor fate told"),
}

var verdictLabels = []Label{
	label("in", "ضمن المهلة", "Within the deadline"),
	label("undetermined", "لا يمكن تحديده", "Cannot be determined"),
	label("out", "خارج المهلة", "Outside the deadline"),
}

var keptLabels = []Label{
	label("broken", "نُقض الوعد", "Broken"),
	label("no_breach", "لم يُذكر نقض", "No breach told"),
	label("not_told", "لا يُعرف", "Not known"),
}

var missingLabels = []Label{
	label("answered", "أُجيب عنه", "Answered"),
	label("contradictory", "إجابات متناقضة", "Contradictory answers"),
	label("missing", "لم يُجب عنه أو غير معروف", "Not answered, or not known"),
}

// attributes returns all attributes, in an order that never matters to a count.
func attributes() []*attribute {
	all := []*attribute{
		flow(),
		outcome(),
		oneOf("fate", "fate", asTheyAre),
		derivedOne("deadline", Text{"المهلة", "Deadline"}, deadline, append(append([]Label{}, verdictLabels...),
			label("none", "لم يُذكر مرسوم", "No decree named"))...),
		oneOf("in_time", "yes_no", asTheyAre),
		derivedOne("ground", Text{"على ماذا اعتمد", "What he relied on"}, ground,
			label("both", "مرسوم واتفاق معًا", "A decree and an agreement"), label("decree", "مرسوم", "A decree"),
			label("agreement", "اتفاق أو تسوية", "An agreement or settlement"), label("personal", "وعد من شخص", "Someone’s promise"),
			label("caught", "أُمسك به", "He was caught"), label("other", "غير ذلك", "Other"), unknownLabel),
		derivedOne("discharge", Text{"وعد التسريح", "Promise of discharge"}, discharge,
			label("arrested", "وُعد بالتسريح واعتُقل", "Promised discharge, and arrested"),
			label("returned", "وُعد بالتسريح وأُعيد إلى الخدمة", "Promised discharge, and made to serve"),
			label("neither", "وُعد بالتسريح ولم يُذكر أي منهما", "Promised discharge, neither told"),
			label("unpromised", "لم يُذكر وعد بالتسريح", "No promise of discharge told")),
		oneOf("surrender_to", "surrender_to", toRest), oneOf("surrender_gov", "governorate", toRest),
		oneOf("arrest_gov", "governorate", toRest),
		moment("surrender_month", "surrender_date", question("surrender_date")),
		moment("arrest_month", "arrest_date", question("arrest_date")),
		years("arrest_year", "arrest_date", Text{"سنة الاعتقال", "Year of arrest"}),
		decree(), promise(), manyOf("agreement", "agreement"), manyOf("guarantor", "guarantor"), manyOf("category", "category"),
		manyOf("arrest_by", "agency"), place(), transfer(),
		sources(), corroboration(), manyOf("source_relation", "source_relation"), manyOf("knowledge", "knowledge"), missing(),
	}
	for _, key := range []string{"court", "lawyer", "indictment", "sentence"} {
		all = append(all, oneWithin(key, key, onlyArrested))
	}
	all = append(all, oneWithin("public_hearing", "yes_no", onlyArrested),
		oneWithin("death_paper", "death_paper", onlyDied), oneWithin("remains", "remains", onlyDied))
	notice := manyOf("notice_how", "notice_how")
	notice.within = onlyDied
	all = append(all, notice)
	for i := range durations {
		all = append(all, ranged(&durations[i], false), ranged(&durations[i], true))
	}
	return all
}

func outcome() *attribute {
	a := derivedOne("outcome", Text{"ما آل إليه", "Outcome"}, func(_ *facts.Facts, d *derived) string { return d.outcome }, outcomeLabels...)
	a.merge = toUnknownFate
	return a
}

func oneWithin(key, list, within string) *attribute {
	a := oneOf(key, list, asTheyAre)
	a.within = within
	return a
}

// flow is how far a case came. Every case stands in "cases".
func flow() *attribute {
	a := &attribute{id: "flow", head: Text{"المرحلة", "Step"}, many: true}
	a.values = func(_ *facts.Facts, d *derived) []string {
		all := []string{CodeCases}
		for _, s := range []struct {
			is   bool
			code string
		}{{d.defected, "defected"}, {d.surrendered, "surrendered"}, {d.returned, "returned"}, {d.arrested, "arrested"},
			{d.disappeared, "disappeared"}, {d.released, "released"}, {d.died, "died"}} {
			if s.is {
				all = append(all, s.code)
			}
		}
		return all
	}
	return a.add(label(CodeCases, "كل الحالات", "All cases"), label("defected", "انشقّ", "Defected"),
		label("surrendered", "سلّم نفسه", "Surrendered"), label("returned", "عاد إلى الخدمة", "Returned to service"),
		label("arrested", "اعتُقل", "Arrested"), label("disappeared", "اختفى", "Disappeared"),
		label("released", "خرج", "Released or freed"), label("died", "توفي", "Died"))
}

func decree() *attribute {
	a := manyOf("decree", "decree")
	a.classID, a.classLabels = "decree_deadline", verdictLabels
	a.class = func(f *facts.Facts, d *derived, code string) int { return deadlineOf(f, d, code) }
	return a
}

func promise() *attribute {
	a := manyOf("promise", "promise")
	a.classID, a.classLabels, a.class = "promise_kept", keptLabels, kept
	return a
}

// place is where he was held. All buildings of Sednaya stand in a row together too.
func place() *attribute {
	a := &attribute{id: "place", head: question("place_1"), many: true, merge: toRest}
	a.values = func(f *facts.Facts, _ *derived) []string {
		var all []string
		for _, p := range f.Places {
			switch {
			case p.Place == "":
				continue
			case p.Place == "sednaya" || p.Place == "sednaya_red" || p.Place == "sednaya_white":
				all = append(all, "sednaya_any")
			}
			all = append(all, p.Place)
		}
		if len(all) == 0 {
			return []string{CodeUnknown}
		}
		return all
	}
	return a.add(label("sednaya_any", "صيدنايا، كل الأبنية", "Sednaya, any building")).add(entries("place")...)
}

// transfer is from where to where he was moved.
func transfer() *attribute {
	a := &attribute{id: "transfer", head: Text{"من أين إلى أين نُقل", "Moved from where to where"}, many: true, merge: toRest}
	a.values = func(f *facts.Facts, _ *derived) []string {
		var all []string
		for _, t := range f.Transfers {
			if code := t.From + ">" + t.To; a.value(code) != a.value(CodeUnknown) {
				all = append(all, code)
			}
		}
		if len(all) == 0 {
			return []string{CodeUnknown}
		}
		return all
	}
	places := entries("place")
	for _, from := range places[:len(places)-1] {
		for _, to := range places[:len(places)-1] {
			if from.Code != to.Code {
				a.add(Label{Code: from.Code + ">" + to.Code, Text: Text{"من " + from.AR + " إلى " + to.AR, from.EN + " to " + to.EN}, Low: from.Low || to.Low})
			}
		}
	}
	return a.add(label(CodeUnknown, "لم يُذكر نقل", "No move told"))
}

// sources is how many sources told of the case.
func sources() *attribute {
	a := derivedOne("sources", Text{"عدد المصادر لكل حالة", "Sources of the case"}, func(f *facts.Facts, _ *derived) string {
		if f.Sources > 4 {
			return "5+"
		}
		return strconv.Itoa(f.Sources)
	})
	for n := 1; n <= 4; n++ {
		a.add(label(strconv.Itoa(n), strconv.Itoa(n), strconv.Itoa(n)))
	}
	return a.add(label("5+", "٥ أو أكثر", "5 or more"))
}

// corroboration is what reviewers coded.
func corroboration() *attribute {
	a := &attribute{id: "corroboration", head: Text{"ما يؤيد الشهادة، كما رمّزه المراجعون", "What bears the testimony out, as reviewers coded it"}, many: true, merge: toRest}
	a.values = func(f *facts.Facts, _ *derived) []string {
		if len(f.Corroboration) == 0 {
			return []string{CodeUnknown}
		}
		return f.Corroboration
	}
	return a.add(label("none", "لا شيء غيرها", "Nothing else is known"), label("testimony", "شهادة أخرى من مصدر آخر", "Another testimony, from another source"),
		label("paper", "ورقة رأيناها", "A paper that was seen"), label("photograph", "صورة أو فيديو", "A photograph or film"),
		label("public", "مصادر منشورة", "Public sources"), label("list", "قائمة أو سجل منشور", "A published list or register"),
		label("expert", "رأي طبيب أو محامٍ أو خبير", "A doctor, lawyer or other expert"), label("contradicted", "هناك ما يناقضها", "Something else contradicts it"),
		label(CodeUnknown, "لم يرمّزه أحد أو اختلفوا", "Not coded, or reviewers differ"))
}

// missing is what is known of each question that tables count; each case stands in
// every row.
func missing() *attribute {
	a := &attribute{id: "missing", head: Text{"السؤال", "Question"}, many: true}
	s := questionnaire.Builtin()
	for i := range s.Sections {
		section := &s.Sections[i]
		for _, q := range section.Questions {
			// Consent, safety and what no table may read are no measure of the data.
			if section.Page != questionnaire.PageForm || section.Code == "consent" || section.Code == "contact" || section.Repeat > 1 ||
				q.Code == "told_before" || q.Code == "contact_wish" ||
				q.Type == questionnaire.TypeText || q.Type == questionnaire.TypeFiles {
				continue
			}
			a.add(Label{Code: q.Code, Text: Text{q.Label.In("ar"), q.Label.In("en")}})
		}
	}
	a.add(Label{Code: "places", Text: Text{"أماكن احتجازه", "Where he was held"}})
	var all []string
	for _, l := range a.labels {
		all = append(all, l.Code)
	}
	a.values = func(*facts.Facts, *derived) []string { return all }
	a.classID, a.classLabels = "missing_state", missingLabels
	a.class = func(f *facts.Facts, _ *derived, key string) int { return stateOf(f, key) }
	return a
}

func stateOf(f *facts.Facts, key string) int {
	_, dated := f.Dates[key]
	answered := dated || known(f.One[key]) || len(codes(f, key)) > 0 && codes(f, key)[0] != CodeUnknown
	if key == "places" {
		answered = len(f.Places) > 0
	}
	if answered {
		return 0
	}
	for _, k := range f.Differ {
		if k == key {
			return 1
		}
	}
	return 2
}
