package dossier

import (
	"slices"

	"amana/internal/testimony"
)

// consents are the keys of the questions that say what may be done with a testimony,
// in the order of the page, with words for a questionnaire that does not ask them.
var consents = []struct {
	key   string
	label label
}{
	{"use_report", label{"الاستخدام في التقرير", "Use in a report"}},
	{"share_un", label{"مشاركته مع الأمم المتحدة", "Sharing with the United Nations"}},
	{"share_court", label{"مشاركته مع المحاكم", "Sharing with courts"}},
	{"share_national", label{"مشاركته مع هيئة وطنية", "Sharing with a national commission"}},
}

// The keys of what the page shows beside the consents.
const (
	neverPublish = "never_publish"
	danger       = "risk"
)

func isConsent(key string) bool {
	for _, c := range consents {
		if c.key == key {
			return true
		}
	}
	return key == neverPublish || key == danger
}

// consent is what a source allows, as the page shows it on top of a testimony.
type consent struct {
	Given  []permission
	Never  answer // what must never be published, in the source's words
	Danger answer // who could come to harm
	// Elsewhere tells that the envelope belongs to a testimony that has the consents.
	Elsewhere bool
}

// permission is one question of consent with its answer.
type permission struct {
	answer
	Secret bool // nothing was clearly allowed: keep it secret
}

// consent returns what a testimony allows; nil if it is a note of the server's own.
func (l *labels) consent(t *testimony.Testimony) *consent {
	c := &consent{Never: l.answer(neverPublish, t), Danger: l.answer(danger, t)}
	switch t.Kind {
	case testimony.Withdrawal, testimony.Fetched:
		return nil
	case testimony.Addition, testimony.Name:
		c.Elsewhere = true
	}
	for _, ask := range consents {
		a := l.answer(ask.key, t)
		if a.Label.Arabic == "" {
			a.Label = ask.label
		}
		if c.Elsewhere && a.Empty() {
			continue
		}
		c.Given = append(c.Given, permission{a, !a.allows()})
	}
	return c
}

// Empty tells whether the source answered nothing.
func (a answer) Empty() bool { return a.Text == "" && a.Date == nil && len(a.Entries) == 0 }

// Clear tells whether an answer says something that the questionnaire knows.
func (a answer) Clear() bool {
	for _, e := range a.Entries {
		if !e.Known || silent(e.Code) {
			return false
		}
	}
	return a.Known && len(a.Entries) > 0
}

// allows tells whether a clear answer has no refusal in it, and no wish to be asked
// first.
func (a answer) allows() bool {
	for _, e := range a.Entries {
		if slices.Contains([]string{"no", "none", "ask"}, e.Code) {
			return false
		}
	}
	return a.Clear()
}
