package report

import (
	"slices"
	"strings"

	"amana/internal/cases"
	"amana/internal/decrees"
)

// coded returns the words for a field of the codebook and what was coded in it.
func (l *language) coded(name, coded string) (label string, v value) {
	book := cases.Book()
	f := book.Field(name)
	if f == nil {
		return name, value{Text: coded}
	}
	label = f.Label[l.Code]
	if f.Type == cases.TypeText {
		return label, value{Text: coded}
	}
	codes := []string{coded}
	if f.Type == cases.TypeMany {
		codes = strings.Split(coded, cases.Joiner)
	}
	for _, code := range codes {
		e := entry{Code: code}
		if known := f.Entry(code); known != nil {
			e.Known, e.Label = true, known.Label(l.Code)
		}
		v.Entries = append(v.Entries, e)
	}
	return label, v
}

// decrees returns the amnesty decrees that the timeline marks: those that a source or
// a reviewer names, or all if nobody does.
func (l *language) decrees(byKey map[string]*answerRow) (all []tick) {
	named := make(map[string]bool)
	if r := byKey["decree"]; r != nil {
		for _, v := range slices.Concat(r.Cells...) {
			for _, e := range v.Entries {
				named[e.Code] = true
			}
		}
		for _, c := range r.Coded {
			for _, e := range c.Value.Entries {
				named[e.Code] = true
			}
		}
	}
	known := decrees.All()
	some := slices.ContainsFunc(known, func(d *decrees.Decree) bool { return named[d.Code] })
	for _, d := range known {
		if len(d.Issued) < 10 || some && !named[d.Code] {
			continue
		}
		e := l.labels.entry(l.labels.first, "decree", d.Code)
		if e.Label == "" {
			e.Label = d.Code
		}
		t := tick{Day: d.Issued, Label: e.Label}
		if d.About {
			t.About = l.say("about")
		}
		all = append(all, t)
	}
	return all
}
