package tables

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"amana/internal/decrees"
	"amana/internal/facts"
)

// The years that months are counted in; the time before and behind stands together.
const (
	firstYear = 2011
	lastYear  = 2030
)

// The codes of the time before and behind.
const (
	codeBefore = "before"
	codeLater  = "later"
)

// moment is an attribute by the time that a date is known to lie in: a month, else a
// quarter, else a year.
func moment(id, key string, head Text) *attribute {
	a := &attribute{id: id, head: head, merge: toTime}
	a.values = func(f *facts.Facts, _ *derived) []string { return []string{monthOf(f.Dates[key])} }
	a.add(label(codeBefore, "قبل ٢٠١١", "Before 2011"))
	for y := firstYear; y <= lastYear; y++ {
		for q := 1; q <= 4; q++ {
			for m := 3*q - 2; m <= 3*q; m++ {
				code := fmt.Sprintf("%d-%02d", y, m)
				a.add(label(code, fmt.Sprintf("%02d/%d", m, y), code))
			}
			code := fmt.Sprintf("%d-Q%d", y, q)
			a.add(label(code, fmt.Sprintf("الربع %d من %d", q, y), fmt.Sprintf("Quarter %d of %d", q, y)))
		}
		a.add(label(strconv.Itoa(y), fmt.Sprintf("سنة %d", y), fmt.Sprintf("Year %d", y)))
	}
	return a.add(label(codeLater, "بعد ٢٠٣٠", "After 2030"), unknownLabel)
}

func monthOf(s facts.Span) string {
	if !s.Known() || s.Earliest[:4] != s.Latest[:4] {
		return CodeUnknown
	}
	year := s.Earliest[:4]
	switch {
	case year < strconv.Itoa(firstYear):
		return codeBefore
	case year > strconv.Itoa(lastYear):
		return codeLater
	case s.Earliest[:7] == s.Latest[:7]:
		return s.Earliest[:7]
	case quarter(s.Earliest) == quarter(s.Latest):
		return quarter(s.Earliest)
	}
	return year
}

// quarter returns the quarter of a day or month, "2018-Q3".
func quarter(day string) string {
	month, _ := strconv.Atoi(day[5:7])
	return day[:4] + "-Q" + strconv.Itoa((month+2)/3)
}

// years is an attribute by the year that a date is known to lie in.
func years(id, key string, head Text) *attribute {
	a := &attribute{id: id, head: head, merge: toRest}
	a.values = func(f *facts.Facts, _ *derived) []string {
		code := monthOf(f.Dates[key])
		return []string{yearOf(code)}
	}
	a.add(label(codeBefore, "قبل ٢٠١١", "Before 2011"))
	for y := firstYear; y <= lastYear; y++ {
		a.add(label(strconv.Itoa(y), strconv.Itoa(y), strconv.Itoa(y)))
	}
	return a.add(label(codeLater, "بعد ٢٠٣٠", "After 2030"), unknownLabel)
}

// yearOf returns the code of the year in which a month or quarter lies.
func yearOf(code string) string {
	if len(code) > 4 && code[4] == '-' {
		return code[:4]
	}
	return code
}

// duration is the time from one date to another.
type duration struct {
	id   string
	from func(f *facts.Facts) facts.Span
	to   string // key of a date
	head Text
}

func dated(key string) func(*facts.Facts) facts.Span {
	return func(f *facts.Facts) facts.Span { return f.Dates[key] }
}

var durations = []duration{
	{"defect_surrender", dated("defect_date"), "surrender_date", Text{"من الانشقاق إلى تسليم نفسه", "From defecting to surrender"}},
	{"decree_surrender", decreeBefore, "surrender_date", Text{"من صدور المرسوم إلى تسليم نفسه", "From the decree to surrender"}},
	{"surrender_arrest", dated("surrender_date"), "arrest_date", Text{"من تسليم نفسه إلى اعتقاله", "From surrender to arrest"}},
	{"return_arrest", dated("return_date"), "arrest_date", Text{"من عودته إلى الخدمة إلى اعتقاله", "From return to service to arrest"}},
	{"arrest_death", dated("arrest_date"), "death_date", Text{"من اعتقاله إلى تاريخ الوفاة المذكور", "From arrest to the stated death"}},
	{"death_notice", dated("death_date"), "notice_date", Text{"من تاريخ الوفاة المذكور إلى تبليغ أهله", "From the stated death to notice"}},
	{"arrest_last_seen", dated("arrest_date"), "last_seen", Text{"من اعتقاله إلى آخر مرة عُرف أنه حيّ", "From arrest to last known alive"}},
}

// decreeBefore returns the day of the latest decree that is named of the case and can
// have been issued before the surrender.
func decreeBefore(f *facts.Facts) facts.Span {
	surrender := f.Dates["surrender_date"]
	day := ""
	for _, code := range f.Many["decree"] {
		d := decrees.Find(code)
		if d != nil && !d.About && surrender.Known() && d.Issued <= surrender.Latest && d.Issued > day {
			day = d.Issued
		}
	}
	return facts.Span{EDTF: day, Earliest: day, Latest: day}
}

// between returns the fewest and the most days from one date to the other; false if one
// is not known or the second lies before the first.
func (d *duration) between(f *facts.Facts) (least, most int, ok bool) {
	from, to := d.from(f), f.Dates[d.to]
	if !from.Known() || !to.Known() || to.Latest < from.Earliest {
		return 0, 0, false
	}
	return max(0, days(from.Latest, to.Earliest)), days(from.Earliest, to.Latest), true
}

func days(from, to string) int {
	a, err1 := time.Parse(time.DateOnly, from)
	b, err2 := time.Parse(time.DateOnly, to)
	if err1 != nil || err2 != nil {
		return 0
	}
	return int(b.Sub(a).Hours() / 24)
}

// bins are where the classes of a duration begin, in days.
var bins = []int{0, 7, 30, 90, 180, 365, 730, 1825}

// daysInArabic counts days as Arabic does: 3 to 10 in the plural, 100 and its multiples in
// the genitive.
func daysInArabic(n int) string {
	switch rest := n % 100; {
	case n == 1:
		return "يوم واحد"
	case n == 2:
		return "يومان"
	case rest >= 3 && rest <= 10:
		return fmt.Sprintf("%d أيام", n)
	case rest <= 2:
		return fmt.Sprintf("%d يوم", n)
	}
	return fmt.Sprintf("%d يومًا", n)
}

func daysInEnglish(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

func binOf(n int) string {
	i, exact := slices.BinarySearch(bins, n)
	if !exact {
		i--
	}
	return binLabels[max(i, 0)].Code
}

// binLabels name the classes: "7-29", "1825-".
var binLabels = func() []Label {
	var all []Label
	for i, from := range bins {
		if i == len(bins)-1 {
			all = append(all, label(fmt.Sprintf("%d-", from), fmt.Sprintf("%s أو أكثر", daysInArabic(from)), fmt.Sprintf("%d days or more", from)))
			continue
		}
		to := bins[i+1] - 1
		all = append(all, label(fmt.Sprintf("%d-%d", from, to), fmt.Sprintf("من %d إلى %s", from, daysInArabic(to)), fmt.Sprintf("%d to %d days", from, to)))
	}
	return all
}()

// ranged is an attribute by the class of the fewest or the most days of a duration.
func ranged(d *duration, most bool) *attribute {
	id, head := "least_"+d.id, Text{"أقل مدة ممكنة", "Shortest it can be"}
	if most {
		id, head = "most_"+d.id, Text{"أطول مدة ممكنة", "Longest it can be"}
	}
	value := func(f *facts.Facts, _ *derived) string {
		a, b, ok := d.between(f)
		switch {
		case !ok:
			return CodeUnknown
		case most:
			return binOf(b)
		}
		return binOf(a)
	}
	return derivedOne(id, head, value, append(slices.Clone(binLabels), label(CodeUnknown, "أحد التاريخين ناقص أو هما متناقضان", "A date is missing, or they contradict each other"))...)
}
