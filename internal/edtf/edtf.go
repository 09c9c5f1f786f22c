// Package edtf writes and reads dates of which a part may be unknown, in the
// Extended Date/Time Format (ISO 8601-2:2019; Library of Congress, EDTF 2019).
//
// It is pure computation and touches nothing.
package edtf

import "errors"

// ErrImpossible is wrapped by errors about a date that no calendar has.
var ErrImpossible = errors.New("edtf: no such date")

// Date is a date as somebody remembers it. A part that is 0 is unknown.
type Date struct {
	Year, Month, Day int
	About            bool
}

// String returns "2018", "2018-07", "2018-07-12", "2018-XX-12", "XXXX-07" and the
// like, with "~" behind it if About; "" if nothing is known.
func (d Date) String() string { panic("contract") }

// Parse reads what String writes.
func Parse(s string) (Date, error) { panic("contract") }

// Check returns an error wrapping ErrImpossible unless the known parts can be a
// date of the years first to the day latest ("2026-11-27").
func (d Date) Check(first int, latest string) error { panic("contract") }

// Range returns the earliest and the latest day that d can mean, "2018-07-01" and
// "2018-07-31"; "" and "" if the year is unknown. About widens nothing.
func (d Date) Range() (earliest, latest string) { panic("contract") }
