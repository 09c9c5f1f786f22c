// Package edtf writes and reads dates of which a part may be unknown, in the
// Extended Date/Time Format (ISO 8601-2:2019; Library of Congress, EDTF 2019).
//
// It is pure computation and touches nothing.
package edtf

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrImpossible is wrapped by errors about a date that no calendar has.
var ErrImpossible = errors.New("edtf: no such date")

// Date is a date as somebody remembers it. A part that is 0 is unknown.
type Date struct {
	Year, Month, Day int
	About            bool
}

// String returns "2018", "2018-07", "2018-07-12", "2018-XX-12", "XXXX-07" and the
// like, with "~" behind it if About; "" if nothing is known.
func (d Date) String() string {
	if d.Year == 0 && d.Month == 0 && d.Day == 0 {
		return ""
	}
	s := digits(d.Year, 4)
	if d.Month != 0 || d.Day != 0 {
		s += "-" + digits(d.Month, 2)
	}
	if d.Day != 0 {
		s += "-" + digits(d.Day, 2)
	}
	if d.About {
		s += "~"
	}
	return s
}

func digits(n, width int) string {
	if n == 0 {
		return strings.Repeat("X", width)
	}
	text := strconv.Itoa(n) // not fmt: its pool would keep what a source wrote
	return strings.Repeat("0", max(0, width-len(text))) + text
}

// Parse reads what String writes of a date that a calendar has, and no other
// spelling. The text is not repeated in the error.
func Parse(s string) (Date, error) {
	rest, about := strings.CutSuffix(s, "~")
	parts := strings.Split(rest, "-")
	if len(parts) > 3 {
		return Date{}, errors.New("edtf: not a date")
	}
	d := Date{About: about}
	for i, known := range []*int{&d.Year, &d.Month, &d.Day}[:len(parts)] {
		width := 2
		if i == 0 {
			width = 4
		}
		n, ok := number(parts[i], width)
		if !ok {
			return Date{}, errors.New("edtf: not a date")
		}
		*known = n
	}
	if d.String() != s || s == "" {
		return Date{}, errors.New("edtf: not a date")
	}
	if !d.possible() {
		return Date{}, ErrImpossible
	}
	return d, nil
}

// number reads exactly width digits, or as many X for 0.
func number(s string, width int) (int, bool) {
	if s == strings.Repeat("X", width) {
		return 0, true
	}
	if len(s) != width {
		return 0, false
	}
	n := 0
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, n > 0
}

// possible reports whether some year of four digits has the parts that are known.
func (d Date) possible() bool {
	return d.Year >= 0 && d.Year <= 9999 && d.Month >= 0 && d.Month <= 12 &&
		d.Day >= 0 && d.Day <= d.lastDay()
}

// lastDay returns the most days that the month can have.
func (d Date) lastDay() int {
	year, month := d.Year, d.Month
	if month == 0 {
		return 31
	}
	if year == 0 {
		year = 2000 // a leap year
	}
	return time.Date(year, time.Month(month)+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// Check returns an error wrapping ErrImpossible unless the known parts can be a
// date of the years first to the day latest ("2026-11-27").
func (d Date) Check(first int, latest string) error {
	switch {
	case !d.possible():
		return fmt.Errorf("the calendar has no such day: %w", ErrImpossible)
	case d.Year == 0:
		return nil
	case d.Year < first:
		return fmt.Errorf("before the year %d: %w", first, ErrImpossible)
	}
	if earliest, _ := d.Range(); earliest > latest {
		return fmt.Errorf("after %s: %w", latest, ErrImpossible)
	}
	return nil
}

// Range returns the earliest and the latest day that d can mean, "2018-07-01" and
// "2018-07-31"; "" and "" if the year is unknown, or the date impossible. About
// widens nothing.
func (d Date) Range() (earliest, latest string) {
	if d.Year == 0 || !d.possible() {
		return "", ""
	}
	first, last := d, d
	if d.Month == 0 {
		first.Month, last.Month = 1, 12 // both have 31 days
	}
	if d.Day == 0 {
		first.Day, last.Day = 1, last.lastDay()
	}
	first.About, last.About = false, false
	return first.String(), last.String()
}
