package facts

import (
	"strings"

	"amana/internal/edtf"
)

// ParseSpan reads a date as a source gives it, or an interval of two ("2018-10/2019-02")
// as a reviewer may.
func ParseSpan(s string) (Span, bool) {
	from, to, interval := strings.Cut(s, "/")
	first, err := edtf.Parse(from)
	if err != nil {
		return Span{}, false
	}
	span := Span{EDTF: s, About: first.About}
	span.Earliest, span.Latest = first.Range()
	if !interval {
		return span, true
	}
	last, err := edtf.Parse(to)
	if err != nil {
		return Span{}, false
	}
	span.About = span.About || last.About
	_, span.Latest = last.Range()
	if span.Earliest == "" || span.Latest == "" || span.Earliest > span.Latest {
		return Span{}, false
	}
	return span, true
}

// meet returns the days that both spans can mean; false if there are none. A span whose
// year is not known meets every other.
func meet(a, b Span) (Span, bool) {
	switch {
	case !a.Known():
		return b, true
	case !b.Known():
		return a, true
	}
	m := Span{Earliest: max(a.Earliest, b.Earliest), Latest: min(a.Latest, b.Latest)}
	switch {
	case m.Earliest > m.Latest:
		return Span{}, false
	case m.Earliest == a.Earliest && m.Latest == a.Latest && (!a.About || m.Earliest != b.Earliest || m.Latest != b.Latest):
		return a, true
	case m.Earliest == b.Earliest && m.Latest == b.Latest:
		return b, true
	}
	m.EDTF, m.About = m.Earliest+"/"+m.Latest, a.About && b.About
	return m, true
}
