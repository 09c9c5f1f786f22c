package decrees

import "time"

// Verdict says whether a surrender lay inside a decree's grace.
type Verdict string

// The verdicts.
const (
	In           Verdict = "in"           // on no day that the date can mean was it outside
	Out          Verdict = "out"          // before the decree or after its grace, on any day it can mean
	Undetermined Verdict = "undetermined" // the date, the grace or the kind of desertion leaves it open
)

// Desertion is inside the country or abroad; the law gives each a grace of its own.
type Desertion string

// The kinds.
const (
	Internal Desertion = "internal" // art. 100
	External Desertion = "external" // art. 101
	Either   Desertion = ""         // not known
)

// Deadline says whether a surrender on a day from earliest to latest ("2018-10-01",
// "2018-10-31"; empty if not known) lay inside the decree's grace. If the kind of
// desertion is not known, both must give the same verdict.
func (d *Decree) Deadline(earliest, latest string, kind Desertion) Verdict {
	if earliest == "" || latest == "" {
		return Undetermined
	}
	inside, outside := d.verdict(d.Inside, earliest, latest), d.verdict(d.Outside, earliest, latest)
	switch {
	case kind == Internal:
		return inside
	case kind == External:
		return outside
	case inside == outside:
		return inside
	}
	return Undetermined
}

func (d *Decree) verdict(windows []Window, earliest, latest string) Verdict {
	if len(windows) == 0 || d.About {
		return Undetermined
	}
	if latest < windows[0].From || earliest > windows[len(windows)-1].To {
		return Out
	}
	for _, w := range windows {
		if w.From <= earliest && latest <= w.To {
			return In
		}
	}
	// Two that touch are one.
	for i := 1; i < len(windows); i++ {
		if next(windows[i-1].To) >= windows[i].From && windows[i-1].From <= earliest && latest <= windows[i].To {
			return In
		}
	}
	return Undetermined
}

// next returns the day after a day.
func next(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.AddDate(0, 0, 1).Format(time.DateOnly)
}
