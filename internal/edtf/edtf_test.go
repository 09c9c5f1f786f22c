package edtf

import (
	"errors"
	"os"
	"testing"
	"time"
)

func TestStringAndParse(t *testing.T) {
	for _, c := range []struct {
		date Date
		want string
	}{
		{Date{}, ""},
		{Date{About: true}, ""},
		{Date{Year: 2018}, "2018"},
		{Date{Year: 2018, About: true}, "2018~"},
		{Date{Year: 2018, Month: 7}, "2018-07"},
		{Date{Year: 2018, Month: 7, Day: 1}, "2018-07-01"},
		{Date{2018, 7, 12, true}, "2018-07-12~"},
		{Date{Year: 2018, Day: 12}, "2018-XX-12"},
		{Date{Month: 7}, "XXXX-07"},
		{Date{Month: 12, Day: 31, About: true}, "XXXX-12-31~"},
		{Date{Day: 3}, "XXXX-XX-03"},
		{Date{Month: 2, Day: 29}, "XXXX-02-29"},
		{Date{Year: 2020, Month: 2, Day: 29}, "2020-02-29"},
		{Date{Year: 7}, "0007"},
	} {
		if got := c.date.String(); got != c.want {
			t.Errorf("%+v is %q, want %q", c.date, got, c.want)
		}
		if c.want == "" {
			continue
		}
		if got, err := Parse(c.want); err != nil || got != c.date {
			t.Errorf("%q is %+v, %v, want %+v", c.want, got, err, c.date)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "~", "-", "XXXX", "XXXX-XX", "XXXX-XX-XX", "2018-XX", "2018-XX-XX", "2018-07-XX",
		"18", "02018", "0000", "201X", "2018-7", "2018-07-1", "2018-00", "2018-07-00", "2018/07", "2018-07-12-01",
		"2018~~", "2018?", "~2018", " 2018", "2018 ", "2018-07~-12", "xxxx-07", "+018", "-018", "٢٠١٨", "2018-10/2019-02"} {
		if d, err := Parse(s); err == nil || errors.Is(err, ErrImpossible) {
			t.Errorf("%q: %+v, %v", s, d, err)
		}
	}
	for _, s := range []string{"2018-13", "2018-06-31", "2019-02-29", "1900-02-29", "XXXX-02-30", "2018-XX-32", "XXXX-04-31~"} {
		if d, err := Parse(s); !errors.Is(err, ErrImpossible) {
			t.Errorf("%q: %+v, %v", s, d, err)
		}
	}
}

func TestCheck(t *testing.T) {
	const latest = "2026-11-28"
	for _, c := range []struct {
		date Date
		ok   bool
	}{
		{Date{}, true},
		{Date{About: true}, true},
		{Date{Year: 1900}, true},
		{Date{Year: 1899}, false},
		{Date{Year: 2026}, true},
		{Date{Year: 2027}, false},
		{Date{Year: 2026, Month: 11}, true},
		{Date{Year: 2026, Month: 12}, false},
		{Date{Year: 2026, Month: 11, Day: 28}, true},
		{Date{Year: 2026, Month: 11, Day: 29}, false},
		{Date{Year: 2026, Day: 31}, true}, // 31 January is behind
		{Date{Year: 2018, Month: 6, Day: 31}, false},
		{Date{Year: 2019, Month: 2, Day: 29}, false},
		{Date{Year: 2020, Month: 2, Day: 29}, true},
		{Date{Year: 2000, Month: 2, Day: 29}, true},
		{Date{Year: 1900, Month: 2, Day: 29}, false},
		{Date{Month: 2, Day: 29}, true},
		{Date{Month: 2, Day: 30}, false},
		{Date{Month: 4, Day: 31}, false},
		{Date{Day: 31}, true},
		{Date{Day: 32}, false},
		{Date{Month: 13}, false},
		{Date{Month: -1}, false},
		{Date{Day: -1}, false},
		{Date{Year: -2018}, false},
		{Date{Year: 10000}, false},
	} {
		if err := c.date.Check(1900, latest); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrImpossible) {
			t.Errorf("%+v: %v", c.date, err)
		}
	}
}

func TestRange(t *testing.T) {
	for _, c := range []struct{ date, earliest, latest string }{
		{"2018", "2018-01-01", "2018-12-31"},
		{"2018-07", "2018-07-01", "2018-07-31"},
		{"2019-02", "2019-02-01", "2019-02-28"},
		{"2020-02~", "2020-02-01", "2020-02-29"},
		{"2018-07-12~", "2018-07-12", "2018-07-12"},
		{"2018-XX-12", "2018-01-12", "2018-12-12"},
		{"2018-XX-31", "2018-01-31", "2018-12-31"},
		{"XXXX-07", "", ""},
		{"XXXX-07-12", "", ""},
		{"XXXX-XX-12", "", ""},
	} {
		d, err := Parse(c.date)
		if err != nil {
			t.Fatal(err)
		}
		if earliest, latest := d.Range(); earliest != c.earliest || latest != c.latest {
			t.Errorf("%s is from %q to %q, want %q to %q", c.date, earliest, latest, c.earliest, c.latest)
		}
	}
	for _, d := range []Date{{}, {Year: 2018, Month: 13}, {Year: 2019, Month: 2, Day: 29}, {Year: 12345}} {
		if earliest, latest := d.Range(); earliest != "" || latest != "" {
			t.Errorf("%+v is from %q to %q", d, earliest, latest)
		}
	}
}

const seeds = "testdata/fuzz/FuzzParse"

func TestSeedsAreThere(t *testing.T) {
	found, err := os.ReadDir(seeds)
	if err != nil || len(found) < 5 {
		t.Fatalf("%s holds %d seeds, want at least 5 (%v)", seeds, len(found), err)
	}
}

// What parses prints the same again, and stands for days that the calendar has.
func FuzzParse(f *testing.F) {
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			return
		}
		if d.String() != s {
			t.Errorf("%q prints as %q", s, d)
		}
		if err := d.Check(1, "9999-12-31"); err != nil {
			t.Errorf("%q: %v", s, err)
		}
		earliest, latest := d.Range()
		if d.Year == 0 {
			if earliest != "" || latest != "" {
				t.Errorf("%q has no year, but a range", s)
			}
			return
		}
		a, errA := time.Parse(time.DateOnly, earliest)
		b, errB := time.Parse(time.DateOnly, latest)
		if errA != nil || errB != nil || b.Before(a) {
			t.Errorf("%q is from %q to %q", s, earliest, latest)
		}
	})
}
