package cases

import (
	"errors"
	"strings"
	"testing"

	"amana/internal/questionnaire"
)

func TestCodebook(t *testing.T) {
	seen, lists := make(map[string]bool), make(map[int]int)
	for _, f := range Book().Fields {
		if seen[f.Code] || !fieldShape.MatchString(f.Code) || f.Code == FieldCase || f.Label["ar"] == "" || f.Label["en"] == "" || len(f.On) == 0 {
			t.Errorf("field %q", f.Code)
		}
		seen[f.Code] = true
		if f.Type != TypeText && len(f.Codes) == 0 || f.Type != TypeOne && f.Type != TypeMany && f.Type != TypeText {
			t.Errorf("%s: type %q with %d codes", f.Code, f.Type, len(f.Codes))
		}
		if f.Huridocs > 0 {
			lists[f.Huridocs] = len(f.Codes)
		}
		codes := make(map[string]bool)
		for _, c := range f.Codes {
			if codes[c.Code] || c.Code == "" || strings.Trim(c.Code, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || c.Arabic == "" || c.English == "" {
				t.Errorf("%s: code %q", f.Code, c.Code)
			}
			codes[c.Code] = true
			switch {
			case c.Confidence == questionnaire.High:
			case c.Confidence != questionnaire.Medium && c.Confidence != questionnaire.Low, c.Source == "":
				t.Errorf("%s: %s: confidence %q, source %q", f.Code, c.Code, c.Confidence, c.Source)
			}
		}
	}
	// How many entries OpenEvSys has of each list.
	for list, n := range map[int]int{19: 22, 25: 41, 30: 16, 31: 22, 32: 5, 35: 5, 42: 6} {
		if lists[list] != n {
			t.Errorf("HURIDOCS %d has %d entries, not %d", list, lists[list], n)
		}
	}
	for _, code := range []string{FieldSecret, FieldNote, "legal", "reliability", "corroboration"} {
		if !seen[code] {
			t.Errorf("no field %s", code)
		}
	}
}

func TestCheckValue(t *testing.T) {
	q := questionnaire.Builtin()
	th, ca := thread("1"), "C-0123456789"
	for _, c := range []struct{ subject, field, value, want string }{
		{th, "legal", " torture , arbitrary_detention,torture", "arbitrary_detention,torture"},
		{ca, "legal", "torture", "torture"},
		{th, "reliability", "010000000000", "010000000000"},
		{th, "reliability", "", ""},
		{th, "secret", "cleared", "cleared"},
		{th, "note", " words ", "words"},
		{ca, "fact.fate", "missing", "missing"},
		{ca, "fact.category", "officer,conscript", "conscript,officer"},
		{ca, "fact.surrender_date", "2018-XX-12", "2018-XX-12"},
		{ca, "fact.place_2", "sednaya_red", "sednaya_red"},
		{ca, "fact.unit", "some unit", "some unit"},
	} {
		got, err := Book().Check(c.subject, c.field, c.value, q)
		if err != nil || got != c.want {
			t.Errorf("%s=%s: %q %v", c.field, c.value, got, err)
		}
	}
	for _, c := range []struct{ subject, field, value string }{
		{th, "legal", "deserter7"}, {th, "reliability", "010000000000,020000000000"}, {ca, "reliability", "010000000000"},
		{ca, "secret", "cleared"}, {th, "case", ca}, {th, "weather", "deserter7"}, {th, "fact.fate", "deserter7"}, {th, "fact.surrender_date", "2018-13"},
		{th, "fact.place", "sednaya_red"}, {th, "fact.files", "x"}, {th, "fact.", "x"}, {th, "legal", "torture,,"},
	} {
		if got, err := Book().Check(c.subject, c.field, c.value, q); !errors.Is(err, ErrCode) || strings.Contains(err.Error(), "deserter7") {
			t.Errorf("%s=%s: %q %v", c.field, c.value, got, err)
		}
	}
}
