package tables

import (
	"amana/internal/facts"
	"amana/internal/questionnaire"
)

// attribute is one thing that is told of every case, and by which cases are counted.
// Its values are numbered; a case has exactly one, or, of many, at least one.
type attribute struct {
	id     string
	head   Text
	labels []Label // by value
	index  map[string]int
	many   bool
	merge  merging
	within string // the atom of the cases that it is told of; empty for all

	// values returns the values of a case. classes, which may be nil, gives each of
	// them a class of the attribute's classLabels.
	values      func(f *facts.Facts, d *derived) []string
	class       func(f *facts.Facts, d *derived, code string) int
	classID     string
	classLabels []Label // those that win, if values are merged, first
}

// merging says how the values of an attribute are put together where few cases have
// them.
type merging int

const (
	asTheyAre     merging = iota // never
	toRest                       // into one row, "rest"
	toUnknownFate                // whose fate is not known, arrested or not
	toTime                       // months into quarters, quarters into years, years into "rest"
)

func (a *attribute) add(labels ...Label) *attribute {
	if a.index == nil {
		a.index = make(map[string]int)
	}
	for _, l := range labels {
		a.index[l.Code] = len(a.labels)
		a.labels = append(a.labels, l)
	}
	return a
}

// value returns the number of a code; that of "other" or "unknown" for one that is in
// no list of ours.
func (a *attribute) value(code string) int {
	for _, c := range []string{code, "other", CodeUnknown} {
		if v, ok := a.index[c]; ok {
			return v
		}
	}
	return 0
}

var (
	unknownLabel = Label{Code: CodeUnknown, Text: Text{"غير معروف أو لم يُذكر أو متناقض", "Not known, not told, or contradictory"}}
	allLabel     = Label{Code: CodeAll, Text: Text{"كل الحالات", "All cases"}}
	casesLabel   = Label{Code: CodeCases, Text: Text{"عدد الحالات", "Cases"}}
	restLabel    = Label{Code: CodeRest, Text: Text{"صفوف فيها حالات قليلة، معًا", "Rows with few cases, together"}}
)

// entries returns the entries of a list of the questionnaire, but for the two that
// say nothing, and behind them unknown.
func entries(list string) []Label {
	var all []Label
	for _, e := range questionnaire.Builtin().Lists[list].Entries {
		if known(e.Code) {
			all = append(all, Label{Code: e.Code, Text: Text{e.Label.In("ar"), e.Label.In("en")}, Low: e.Confidence == questionnaire.Low})
		}
	}
	return append(all, unknownLabel)
}

func known(code string) bool {
	return code != "" && code != questionnaire.CodeUnknown && code != questionnaire.CodeDeclined
}

// question returns the words of a question.
func question(key string) Text {
	q, _ := questionnaire.Builtin().Find(key)
	return Text{q.Label.In("ar"), q.Label.In("en")}
}

// oneOf is an attribute whose value is the answer to a question.
func oneOf(key, list string, merge merging) *attribute {
	a := &attribute{id: key, head: question(key), merge: merge}
	a.values = func(f *facts.Facts, _ *derived) []string { return []string{orUnknown(f.One[key])} }
	return a.add(entries(list)...)
}

func orUnknown(code string) string {
	if known(code) {
		return code
	}
	return CodeUnknown
}

// manyOf is an attribute whose values are the answers to a question.
func manyOf(key, list string) *attribute {
	a := &attribute{id: key, head: question(key), many: true, merge: toRest}
	a.values = func(f *facts.Facts, _ *derived) []string { return codes(f, key) }
	return a.add(entries(list)...)
}

// codes returns the known codes that a case has under a question; unknown if none.
func codes(f *facts.Facts, key string) []string {
	var all []string
	for _, code := range f.Many[key] {
		if known(code) {
			all = append(all, code)
		}
	}
	if len(all) == 0 {
		return []string{CodeUnknown}
	}
	return all
}

// derivedOne is an attribute that is worked out from several answers.
func derivedOne(id string, head Text, value func(f *facts.Facts, d *derived) string, labels ...Label) *attribute {
	a := &attribute{id: id, head: head}
	a.values = func(f *facts.Facts, d *derived) []string { return []string{value(f, d)} }
	return a.add(labels...)
}

func label(code, ar, en string) Label { return Label{Code: code, Text: Text{ar, en}} }
