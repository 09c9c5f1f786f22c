package selection

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/edtf"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// FieldWithhold is what a reviewer codes of a thread or a case whose source took a use
// back in free words: its value is the uses, spelled as codes are. Nothing can be coded
// the other way.
const FieldWithhold = cases.FieldWithhold

// withhold takes back what a reviewer coded so.
func withhold(p consent.Permissions, value string) {
	codes, all := cases.Withheld(value)
	if all { // what nobody here can read may be any use
		for _, use := range consent.Uses {
			p.Withhold(use)
		}
	}
	for _, code := range codes {
		use := consent.Use(strings.ReplaceAll(code, "_", "-"))
		p.Withhold(use)
		if use == consent.Numbers { // who may not be counted is not told of either
			p.Withhold(consent.Report)
		}
	}
}

// onlyOurs are the answers that are for the reviewers alone, whatever the use.
var onlyOurs = []string{
	"never_publish", "contact_wish", "risk", "told_before", "family_agrees",
	"use_report", "share_un", "share_court", "share_national",
}

// codeShape is how codes are spelled, in testimonies and in coding.
var codeShape = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,63}$`)

// strip takes from t what the use may not see.
func (s *Selection) strip(t *testimony.Testimony) *testimony.Testimony {
	t.Reply, t.Fetched = nil, nil
	if s.Use.Public() {
		// Who saw on which day somebody used Tor must not find that day here.
		t.Received, t.Roster = "", testimony.Roster{}
	}
	maps.DeleteFunc(t.Answers, func(key, value string) bool { return !s.may(t.Kind, key, value) })
	maps.DeleteFunc(t.Choices, func(key string, codes []string) bool { return !s.may(t.Kind, key, "") })
	for i := range t.Files { // a file's name on their device was never meant for others
		t.Files[i].Name, t.Files[i].Type = "", ""
	}
	if s.Use == consent.Numbers {
		t.Files = nil
	}
	return t
}

// may tells whether the use may see the answer to a question; value is empty for codes
// of a list.
func (s *Selection) may(kind testimony.Kind, key, value string) bool {
	if slices.Contains(onlyOurs, key) {
		return key == "family_agrees" && s.Use == consent.WGEID // they ask for it
	}
	if named[key] && (!s.names || kind != testimony.Name) {
		return false
	}
	if s.Use != consent.Numbers || value == "" {
		return true
	}
	q, _ := questionnaire.Builtin().Find(key)
	switch {
	case q == nil: // words, for all that is known
		return false
	case q.Type == questionnaire.TypeDate:
		from, to, interval := strings.Cut(value, "/")
		_, err := edtf.Parse(from)
		if interval && err == nil {
			_, err = edtf.Parse(to)
		}
		return err == nil
	case q.Type == questionnaire.TypeOne:
		return codeShape.MatchString(value)
	case q.Type == questionnaire.TypeMany: // as reviewers code it
		return areCodes(value)
	}
	return false
}

// areCodes tells whether a value is codes and nothing else.
func areCodes(value string) bool {
	for _, code := range strings.Split(value, cases.Joiner) {
		if !codeShape.MatchString(code) {
			return false
		}
	}
	return true
}

// named are the questions of the page of his name.
var named = func() map[string]bool {
	keys := make(map[string]bool)
	for _, f := range questionnaire.Builtin().Fields(questionnaire.PageName) {
		keys[f.Key] = true
	}
	return keys
}()

// notForOthers are the fields of coding that are between reviewers.
var notForOthers = []string{cases.FieldSecret, FieldWithhold, cases.FieldNote, cases.FieldCase}

// value returns a coding as the use may see it.
func (s *Selection) value(v cases.Value) (cases.Value, bool) {
	if s.Use == consent.Own {
		return v, true
	}
	v.Note, v.By, v.Name, v.Entry = "", "", "", "" // reviewers can be in danger too
	if s.Use.Public() {
		v.Day = ""
	}
	if slices.Contains(notForOthers, v.Field) || strings.HasPrefix(v.Field, cases.NotPrefix) {
		return v, false
	}
	key, fact := strings.CutPrefix(v.Field, cases.FactPrefix)
	if !fact {
		return v, areCodes(v.Value) // no words
	}
	return v, s.may(testimony.First, key, v.Value)
}

// cleared tells whether a reviewer has coded that what must never be published of a
// thread stays out, no reviewer has coded otherwise, and nothing came since. What came on
// that day, and nobody has looked at, may have come since.
func cleared(c *cases.Case, t *cases.Thread, fresh map[string]bool) bool {
	day := ""
	for _, v := range c.Values {
		if v.Subject != t.ID || v.Field != cases.FieldSecret {
			continue
		}
		if v.Value != cases.SecretCleared {
			return false
		}
		if day == "" || v.Day < day {
			day = v.Day
		}
	}
	if day == "" {
		return false
	}
	for _, ref := range t.Refs {
		since := ref.Opened > day || ref.Opened == day && fresh[ref.ID]
		if since && ref.Kind != testimony.Fetched {
			return false
		}
	}
	return true
}

// OnlyOurs returns the keys of the answers that no use but the reviewers' own may see.
func OnlyOurs() []string { return slices.Clone(onlyOurs) }
