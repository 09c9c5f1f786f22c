package decrees

import (
	"bytes"
	"strings"
	"testing"

	"amana/internal/questionnaire"
)

func TestEveryDecreeOfTheListIsHere(t *testing.T) {
	listed := make(map[string]questionnaire.Confidence)
	for _, e := range questionnaire.Builtin().Lists["decree"].Entries {
		if strings.HasPrefix(e.Code, "ld") {
			listed[e.Code] = e.Confidence
		}
	}
	for _, d := range All() {
		if _, ok := listed[d.Code]; !ok {
			t.Errorf("%s is in no list", d.Code)
		}
		if listed[d.Code] == questionnaire.Low && !d.Low() {
			t.Errorf("%s stands in the questionnaire from memory, and here not", d.Code)
		}
		if d.Source == "" {
			t.Errorf("%s has no source", d.Code)
		}
		delete(listed, d.Code)
	}
	if len(listed) > 0 {
		t.Errorf("not here: %v", listed)
	}
}

func TestDeadline(t *testing.T) {
	for _, c := range []struct {
		code, from, to string
		kind           Desertion
		want           Verdict
	}{
		{"ld18_2018", "2018-10-09", "2018-10-09", Internal, In},           // the day of issue
		{"ld18_2018", "2019-02-09", "2019-02-09", Internal, In},           // the last day of four months
		{"ld18_2018", "2019-02-10", "2019-02-10", Internal, Out},          // the day after
		{"ld18_2018", "2019-02-10", "2019-02-10", External, In},           // six months abroad
		{"ld18_2018", "2019-02-10", "2019-02-10", Either, Undetermined},   // where is not known, and it matters
		{"ld18_2018", "2018-11-01", "2018-11-30", Either, In},             // a month, wherever he was
		{"ld18_2018", "2018-10-01", "2018-10-31", Internal, Undetermined}, // the month it was issued in
		{"ld18_2018", "2018-01-01", "2018-12-31", Internal, Undetermined}, // a year alone
		{"ld18_2018", "2017-01-01", "2017-12-31", Either, Out},            // before it
		{"ld18_2018", "", "", Internal, Undetermined},                     // no year
		{"ld10_2012", "2012-01-31", "2012-01-31", Either, In},             // until a fixed day
		{"ld10_2012", "2012-02-01", "2012-02-29", Either, Out},
		{"ld70_2013", "2013-11-28", "2013-11-28", Internal, In},           // thirty days
		{"ld70_2013", "2013-11-29", "2013-11-29", Internal, Undetermined}, // the gap before the extension
		{"ld70_2013", "2013-12-30", "2013-12-30", Internal, In},           // the extension
		{"ld70_2013", "2013-12-31", "2013-12-31", Internal, Out},
		{"ld70_2013", "2013-12-31", "2013-12-31", External, In}, // ninety days
		{"ld71_2013", "2013-12-15", "2013-12-15", Internal, In},
		{"ld71_2013", "2013-12-15", "2013-12-15", External, Undetermined}, // says nothing of abroad
		{"ld15_2016", "2017-03-01", "2017-03-31", Either, In},             // extended to June 2017
		{"ld15_2016", "2016-12-01", "2016-12-31", Either, Undetermined},
		{"ld22_2014", "2014-06-20", "2014-06-20", Internal, Undetermined}, // its period was not found
		{"ld72_2011", "2011-06-25", "2011-06-25", Internal, Undetermined}, // nor the day of its issue
		{"ld7_2022", "2022-05-05", "2022-05-05", Internal, Undetermined},  // not about desertion
	} {
		if got := Find(c.code).Deadline(c.from, c.to, c.kind); got != c.want {
			t.Errorf("%s, %s to %s, %q: %s, want %s", c.code, c.from, c.to, c.kind, got, c.want)
		}
	}
}

func TestMonthsEndWithTheMonth(t *testing.T) {
	for _, c := range []struct{ issued, grace, last string }{
		{"2020-10-31", "4 months", "2021-02-28"}, {"2019-11-30", "3 months", "2020-02-29"},
		{"2018-10-09", "30 days", "2018-11-08"}, {"2018-10-09", "2018-12-01", "2018-12-01"},
	} {
		w, err := window(c.issued, c.grace)
		if err != nil || len(w) != 1 || w[0].To != c.last {
			t.Errorf("%s and %s: %v (%v), want %s", c.issued, c.grace, w, err, c.last)
		}
	}
}

func TestWrongFilesAreRefused(t *testing.T) {
	good := "schema = \"amana/decrees/1\"\n[[decree]]\ncode = \"a\"\nissued = \"2018-10-09\"\ninside = \"4 months\"\ncovers = \"yes\"\nconfidence = \"H\"\ngrace_confidence = \"M\"\n"
	if all, err := Read(strings.NewReader(good)); err != nil || all[0].Confidence != "M" {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{"decrees/1", "decrees/2"}, {"2018-10-09", "2018-13-09"}, {"4 months", "4 weeks"}, {"4 months", "-4 months"}, {"\"yes\"", "\"maybe\""},
		{"\"H\"", "\"X\""}, {"covers", "cover"}} {
		if _, err := Read(strings.NewReader(strings.Replace(good, c[0], c[1], 1))); err == nil {
			t.Errorf("%q in place of %q was taken", c[1], c[0])
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(builtin)
	f.Add([]byte("schema = \"amana/decrees/1\"\n[[decree]]\ncode = \"a\"\nissued = \"2018-10-09\"\ninside = \"1000 days\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, d := range all {
			for _, day := range []string{"2018-10-09", "0001-01-01", ""} {
				if v := d.Deadline(day, day, Either); v != In && v != Out && v != Undetermined {
					t.Errorf("verdict %q", v)
				}
			}
		}
	})
}
