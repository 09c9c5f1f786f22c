package facts

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"amana/internal/cases"
	"amana/internal/testimony"
)

// told returns the facts of one case of which some sources told.
func told(values []cases.Value, sources ...*account) *Facts {
	f := &Facts{One: map[string]string{}, Many: map[string][]string{}, Dates: map[string]Span{}, Sources: len(sources)}
	f.merge(sources)
	f.reviewed(&cases.Case{ID: "C-1", Values: values})
	slices.Sort(f.Differ)
	return f
}

func source(pairs ...string) *account {
	t := &testimony.Testimony{Answers: map[string]string{}, Choices: map[string][]string{}}
	for i := 0; i < len(pairs); i += 2 {
		if q := pairs[i]; q == "decree" || q == "category" || q == "contact_in" {
			t.Choices[q] = split(pairs[i+1])
			continue
		}
		t.Answers[pairs[i]] = pairs[i+1]
	}
	return sent([]*testimony.Testimony{t})
}

func coded(key, value string) cases.Value {
	return cases.Value{Subject: "C-1", Field: "fact." + key, Value: value}
}

func TestMerge(t *testing.T) {
	for _, c := range []struct {
		name    string
		sources []*account
		values  []cases.Value
		key     string
		want    any
	}{
		{"both the same", []*account{source("fate", "missing"), source("fate", "missing")}, nil, "fate", "missing"},
		{"one does not know", []*account{source("fate", "unknown"), source("fate", "missing")}, nil, "fate", "missing"},
		{"one says more", []*account{source("fate", "death_confirmed"), source("fate", "declared_dead")}, nil, "fate", "death_confirmed"},
		{"they contradict each other", []*account{source("fate", "released"), source("fate", "declared_dead")}, nil, "fate", nil},
		{"a reviewer settles it", []*account{source("fate", "released"), source("fate", "declared_dead")}, []cases.Value{coded("fate", "released")}, "fate", "released"},
		{"reviewers differ", []*account{source("fate", "missing")}, []cases.Value{coded("fate", "released"), coded("fate", "missing")}, "fate", nil},
		{"reviewers say the same", []*account{source("fate", "missing")}, []cases.Value{coded("fate", "released"), coded("fate", "released")}, "fate", "released"},
		{"all that was chosen", []*account{source("category", "nco,volunteer"), source("category", "nco,unknown")}, nil, "category", []string{"nco", "volunteer"}},
		{"one denies", []*account{source("contact_in", "none"), source("contact_in", "visit")}, nil, "contact_in", nil},
		{"a reviewer's codes", []*account{source("category", "nco")}, []cases.Value{coded("category", "officer,nco")}, "category", []string{"nco", "officer"}},
		{"each for themselves", []*account{source("source_relation", "family"), source("source_relation", "friend")}, nil, "source_relation", []string{"family", "friend"}},
		{"a month and a day", []*account{source("arrest_date", "2018-07"), source("arrest_date", "2018-07-12")}, nil, "arrest_date", Span{"2018-07-12", "2018-07-12", "2018-07-12", false}},
		{"two months", []*account{source("arrest_date", "2018-07"), source("arrest_date", "2018-08")}, nil, "arrest_date", nil},
		{"no year", []*account{source("arrest_date", "XXXX-07"), source("arrest_date", "2018")}, nil, "arrest_date", Span{"2018", "2018-01-01", "2018-12-31", false}},
		{"an interval of a reviewer", []*account{source("arrest_date", "2018")}, []cases.Value{coded("arrest_date", "2018-10/2019-02")}, "arrest_date", Span{"2018-10/2019-02", "2018-10-01", "2019-02-28", false}},
	} {
		f := told(c.values, c.sources...)
		var got any
		if v, ok := f.One[c.key]; ok {
			got = v
		} else if v, ok := f.Many[c.key]; ok {
			got = v
		} else if v, ok := f.Dates[c.key]; ok {
			got = v
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if slices.Contains(f.Differ, c.key) != (c.want == nil) {
			t.Errorf("%s: contradictory are %v", c.name, f.Differ)
		}
		if slices.Contains(f.Coded, c.key) != (c.values != nil && c.want != nil) {
			t.Errorf("%s: coded are %v", c.name, f.Coded)
		}
	}
}

func TestPlacesAndMoves(t *testing.T) {
	a := source("place_1", "mi", "place_from_1", "2018-10", "place_2", "sednaya", "place_from_2", "2019")
	b := source("place_1", "mi", "place_from_1", "2018-10-20", "place_2", "mp_qaboun", "place_3", "sednaya", "place_from_3", "2019-05")
	f := told(nil, a, b)
	var places []string
	for _, p := range f.Places {
		places = append(places, p.Place+" "+p.From.EDTF)
	}
	if got := fmt.Sprint(places); got != "[mi 2018-10-20 sednaya 2019-05 mp_qaboun ]" {
		t.Errorf("places %s", got)
	}
	if got := fmt.Sprint(f.Transfers); got != "[{mi sednaya} {mi mp_qaboun} {mp_qaboun sednaya}]" {
		t.Errorf("moves %s", got)
	}
	f = told([]cases.Value{coded("place_1", "tadmor"), coded("place_2", "sednaya_red")}, a, b)
	if fmt.Sprint(f.Transfers) != "[{tadmor sednaya_red}]" || len(f.Places) != 2 || !slices.Contains(f.Coded, "places") {
		t.Errorf("coded places: %v %v %v", f.Places, f.Transfers, f.Coded)
	}
}

func TestLegalTermsSayWhichDesertion(t *testing.T) {
	for value, want := range map[string]string{"internal_desertion": "internal", "external_desertion,torture": "external", "internal_desertion,external_desertion": "", "torture": ""} {
		f := told([]cases.Value{{Subject: "C-1", Field: "legal", Value: value}}, source("fate", "missing"))
		if f.Desertion != want {
			t.Errorf("%s: %q", value, f.Desertion)
		}
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"2018", "2018-07-12~", "2018-10/2019-02", "XXXX-07", "2018/2017", "/", "2018-02-30"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		span, ok := ParseSpan(s)
		if ok && (span.Earliest > span.Latest || (span.Earliest == "") != (span.Latest == "") || span.EDTF != s) {
			t.Errorf("%q: %+v", s, span)
		}
	})
}
