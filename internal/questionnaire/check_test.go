package questionnaire

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"amana/internal/edtf"
)

const today = "2026-11-27"

func TestFields(t *testing.T) {
	s := smallSchema(t)
	for page, want := range map[string][]string{
		PageForm: {"narrative", "unit", "decree", "defect_date_y", "defect_date_m", "defect_date_d", "defect_date_about",
			"place_1", "place_from_1_y", "place_from_1_m", "place_from_1_d", "place_from_1_about",
			"place_2", "place_from_2_y", "place_from_2_m", "place_from_2_d", "place_from_2_about"},
		PageName: {"his_name"},
		"other":  nil,
	} {
		var names []string
		for _, f := range s.Fields(page) {
			names = append(names, f.Name)
			if q, row := s.Find(f.Key); q != f.Question || row != f.Row || q == nil {
				t.Errorf("field %s: found %v in row %d", f.Name, q, row)
			}
			if f.Part == "" && f.Name != f.Key || f.Part != "" && f.Name != f.Key+"_"+f.Part {
				t.Errorf("%+v", f)
			}
		}
		if !slices.Equal(names, want) {
			t.Errorf("page %s: %v, want %v", page, names, want)
		}
	}
}

func TestFind(t *testing.T) {
	s := smallSchema(t)
	for key, want := range map[string]struct {
		code string
		row  int
	}{
		"narrative": {"narrative", 0}, "his_name": {"his_name", 0}, "place_1": {"place", 1}, "place_from_2": {"place_from", 2},
		"files": {"files", 0}, "place": {}, "place_0": {}, "place_3": {}, "place_01": {}, "place_1_y": {}, "place_": {},
		"narrative_1": {}, "defect_date_y": {}, "": {}, "other": {}, "narrativ": {},
	} {
		q, row := s.Find(key)
		if (q == nil) != (want.code == "") || q != nil && q.Code != want.code || row != want.row {
			t.Errorf("%q: %+v in row %d", key, q, row)
		}
	}
}

func TestCheck(t *testing.T) {
	date := func(y, m, d, about string) Input {
		return Input{"defect_date_y": {y}, "defect_date_m": {m}, "defect_date_d": {d}, "defect_date_about": {about}}
	}
	field := func(name string, values ...string) Input { return Input{name: values} }
	for _, c := range []struct {
		name string
		in   Input
		key  string
		want any // string, []string, a ProblemKind, or nil for no answer
	}{
		{"nothing", Input{}, "narrative", nil},
		{"a name that is no field", field("other", "a"), "other", nil},
		{"a name of the other page", field("his_name", "a"), "his_name", nil},

		{"text", field("narrative", "ما حدث"), "narrative", "ما حدث"},
		{"line ends", field("narrative", "a\r\nb\rc\n"), "narrative", "a\nb\nc\n"},
		{"spaces stay in a text", field("narrative", "  a\n\tb "), "narrative", "  a\n\tb "},
		{"a blank text", field("narrative", " \r\n\t\u00a0"), "narrative", nil},
		{"the longest", field("narrative", strings.Repeat("ب", 100)), "narrative", strings.Repeat("ب", 100)},
		{"CR LF counts once", field("narrative", strings.Repeat("\r\nx", 50)), "narrative", strings.Repeat("\nx", 50)},
		{"too long", field("narrative", strings.Repeat("ب", 101)), "narrative", TooLong},
		{"twice", field("narrative", "a", "a"), "narrative", TooMany},
		{"not UTF-8", field("narrative", "a\xffb"), "narrative", NotText},
		{"NUL", field("narrative", "a\x00b"), "narrative", NotText},
		{"escape", field("narrative", "a\x1b[31mb"), "narrative", NotText},
		{"delete", field("narrative", "a\x7f"), "narrative", NotText},
		{"next line", field("narrative", "a\u0085b"), "narrative", NotText},
		{"marks of direction are text", field("narrative", "a\u200f\u202eb"), "narrative", "a\u200f\u202eb"},
		{"a single line is trimmed", field("unit", "\u00a0 215  a "), "unit", "215  a"},
		{"of a single line, trimmed", field("unit", "  "+strings.Repeat("ب", 10)+"\r\n"), "unit", strings.Repeat("ب", 10)},
		{"a line end in a single line", field("unit", "a\r\nb"), "unit", "a b"},
		{"a single line too long", field("unit", strings.Repeat("x", 11)), "unit", TooLong},

		{"one", field("place_1", "prison"), "place_1", "prison"},
		{"unknown", field("place_2", "unknown"), "place_2", "unknown"},
		{"declined", field("place_2", " declined "), "place_2", "declined"},
		{"none", field("place_1", ""), "place_1", nil},
		{"two", field("place_1", "prison", "branch"), "place_1", NotInList},
		{"the same twice", field("place_1", "prison", "prison"), "place_1", NotInList},
		{"not of this list", field("place_1", "first"), "place_1", NotInList},
		{"a label", field("place_1", "سجن"), "place_1", NotInList},
		{"without its row", field("place", "prison"), "place", nil},
		{"a row too many", field("place_3", "prison"), "place_3", nil},

		{"many, in order, once", field("decree", "declined", "second", "", "first", "second"), "decree", []string{"first", "second", "declined"}},
		{"many of none", field("decree", "", " "), "decree", nil},
		{"many with a wrong one", field("decree", "first", "fourth"), "decree", NotInList},
		{"more than there are", field("decree", "first", "first", "first", "first", "first", "first"), "decree", TooMany},

		{"date", date("2018", "7", "12", ""), "defect_date", "2018-07-12"},
		{"about", date("2018", "07", "", "1"), "defect_date", "2018-07~"},
		{"Arabic digits", date(" ٢٠١٨ ", "٠٧", "١٢", ""), "defect_date", "2018-07-12"},
		{"Persian digits", date("۲۰۱۸", "۷", " ۱۲", ""), "defect_date", "2018-07-12"},
		{"year", date("2018", "", "", ""), "defect_date", "2018"},
		{"no month", date("2018", "", "12", ""), "defect_date", "2018-XX-12"},
		{"no year", date("", "7", "", ""), "defect_date", "XXXX-07"},
		{"day alone", date("", "", "3", "1"), "defect_date", "XXXX-XX-03~"},
		{"about alone", date("", "", "", "1"), "defect_date", nil},
		{"no part came", Input{"defect_date_m": {"7"}}, "defect_date", "XXXX-07"},
		{"31 June", date("2018", "6", "31", ""), "defect_date", Impossible},
		{"29 February", date("2019", "2", "29", ""), "defect_date", Impossible},
		{"29 February of some year", date("", "2", "29", ""), "defect_date", "XXXX-02-29"},
		{"tomorrow", date("2026", "11", "28", ""), "defect_date", "2026-11-28"},
		{"to come", date("2026", "11", "29", ""), "defect_date", Impossible},
		{"a month to come", date("2026", "12", "", "1"), "defect_date", Impossible},
		{"a year to come", date("2027", "", "", ""), "defect_date", Impossible},
		{"before 1900", date("1899", "", "", ""), "defect_date", Impossible},
		{"two digits of a year", date("18", "7", "", ""), "defect_date", Impossible},
		{"five digits of a year", date("02018", "", "", ""), "defect_date", Impossible},
		{"month 13", date("2018", "13", "", ""), "defect_date", Impossible},
		{"month 0", date("2018", "0", "", ""), "defect_date", Impossible},
		{"day 0", date("2018", "1", "00", ""), "defect_date", Impossible},
		{"day 007", date("2018", "1", "007", ""), "defect_date", Impossible},
		{"a word", date("2018", "July", "", ""), "defect_date", Impossible},
		{"a sign", date("2018", "-7", "", ""), "defect_date", Impossible},
		{"not UTF-8 in a date", date("2018", "\xd9", "", ""), "defect_date", Impossible},
		{"digits of another script", date("२०१८", "", "", ""), "defect_date", Impossible},
		{"another value of about", date("2018", "", "", "on"), "defect_date", Impossible},
		{"a part twice", Input{"defect_date_y": {"2018", "2018"}}, "defect_date", TooMany},
		{"a date of a row", Input{"place_from_2_y": {"2018"}}, "place_from_2", "2018"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := maps.Clone(c.in)
			got, problems := smallSchema(t).Check(PageForm, c.in, today)
			want := Answers{map[string]string{}, map[string][]string{}}
			var wrong []ProblemKind
			switch w := c.want.(type) {
			case string:
				want.Answers[c.key] = w
			case []string:
				want.Choices[c.key] = w
			case ProblemKind:
				wrong = append(wrong, w)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if len(problems) != len(wrong) || len(wrong) == 1 && (problems[0].Kind != wrong[0] || problems[0].Key != c.key || problems[0].Question == nil) {
				t.Errorf("problems %+v, want %v", problems, wrong)
			}
			if !reflect.DeepEqual(c.in, before) {
				t.Error("the input was changed")
			}
		})
	}
}

// Problems come in the order of the form, beside the answers that are right.
func TestCheckOrder(t *testing.T) {
	got, problems := smallSchema(t).Check(PageForm, Input{
		"place_2": {"x"}, "place_from_1_d": {"32"}, "narrative": {"a"}, "unit": {"\x01"}, "decree": {"x"}, "place_1": {"branch"},
	}, today)
	var keys []string
	for _, p := range problems {
		keys = append(keys, p.Key)
	}
	if !slices.Equal(keys, []string{"unit", "decree", "place_from_1", "place_2"}) {
		t.Errorf("problems of %v", keys)
	}
	if len(got.Answers) != 2 || got.Answers["narrative"] != "a" || got.Answers["place_1"] != "branch" {
		t.Errorf("%v", got.Answers)
	}
	got, problems = smallSchema(t).Check(PageName, Input{"his_name": {"ا"}, "narrative": {"\x01"}}, today)
	if len(problems) != 0 || len(got.Answers) != 1 || got.Answers["his_name"] != "ا" {
		t.Errorf("%v %v", got.Answers, problems)
	}
	if _, problems = smallSchema(t).Check(PageForm, Input{"defect_date_y": {"2018"}}, "yesterday"); len(problems) != 1 {
		t.Error("a date was taken without a day to hold it to")
	}
}

// obeys reports how checked answers break a rule. It does not use the checks.
func obeys(t *testing.T, s *Schema, page string, got Answers, problems []Problem) {
	for key, answer := range got.Answers {
		q, _ := s.Find(key)
		if q == nil || answer == "" {
			t.Fatalf("the answer of %q: %q", key, answer)
		}
		switch q.Type {
		case TypeText:
			controls := strings.ContainsFunc(answer, func(r rune) bool {
				return unicode.Is(unicode.Cc, r) && r != '\n' && r != '\t'
			})
			if !utf8.ValidString(answer) || controls || utf8.RuneCountInString(answer) > q.Limit || strings.TrimSpace(answer) == "" {
				t.Errorf("%s is %q", key, answer)
			}
			if q.Rows == 1 && (strings.TrimSpace(answer) != answer || strings.Contains(answer, "\n")) {
				t.Errorf("%s is %q, of one line", key, answer)
			}
		case TypeOne:
			if s.Lists[q.List].Entry(answer) == nil {
				t.Errorf("%s is %q", key, answer)
			}
		case TypeDate:
			if d, err := edtf.Parse(answer); err != nil || d.Check(1900, "2026-11-28") != nil {
				t.Errorf("%s is %q", key, answer)
			}
		default:
			t.Errorf("%s has the type %s", key, q.Type)
		}
	}
	for key, choices := range got.Choices {
		q, _ := s.Find(key)
		if q == nil || q.Type != TypeMany || len(choices) == 0 {
			t.Fatalf("the choices of %q: %q", key, choices)
		}
		last := -1
		for _, code := range choices {
			i := slices.IndexFunc(s.Lists[q.List].Entries, func(e Entry) bool { return e.Code == code })
			if i <= last {
				t.Errorf("%s is %q", key, choices)
			}
			last = i
		}
	}
	for _, p := range problems {
		_, answered := got.Answers[p.Key]
		if q, _ := s.Find(p.Key); q == nil || q != p.Question || answered || got.Choices[p.Key] != nil {
			t.Errorf("problem %+v, answered %v", p, answered)
		}
	}
	if page == PageName && len(got.Choices) > 0 {
		t.Error("answers of another page")
	}
}
