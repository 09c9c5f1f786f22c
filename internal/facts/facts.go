// Package facts turns what testimonies say of a case into what can be counted: codes
// of closed lists, and dates as ranges. docs/tables.md says how it merges the
// testimonies of one case.
//
// It reads testimonies only through the selection it is given, so that what the source
// did not allow is in no fact. It keeps nothing and writes nothing.
package facts

// Span is a date of which parts may be unknown, as the days that it can mean.
type Span struct {
	EDTF             string // as the source or a reviewer gave it; an interval where two were put together
	Earliest, Latest string // "2018-07-01", "2018-07-31"; both empty if the year is unknown
	About            bool   // the source was not sure; it widens nothing
}

// Known tells whether the days are known.
func (s Span) Known() bool { return s.Earliest != "" }

// Place is one place where he was held.
type Place struct {
	Place    string // code of the list "place"
	From, To Span
	Known    string // code of the list "place_known": how the source knows
}

// Transfer says that he was moved from one place to another.
type Transfer struct{ From, To string } // codes of the list "place"

// Facts is what is counted of one case.
type Facts struct {
	Case      string              // its code
	One       map[string]string   // by the key of a question: a code; nothing if not answered
	Many      map[string][]string // by the key of a question: codes, sorted
	Dates     map[string]Span     // by the key of a question
	Places    []Place             // in the order of time as far as it is known
	Transfers []Transfer          // places that one source named one after the other; each pair once
	Differ    []string            // keys on which testimonies contradict each other: not in the maps
	Sources   int                 // threads that were counted
	Coded     []string            // keys whose answer is a reviewer's coding

	Corroboration []string // what reviewers coded that bears the testimonies out; sorted
	Desertion     string   // "internal" or "external", as reviewers coded it; else empty
}
