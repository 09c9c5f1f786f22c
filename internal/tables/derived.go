package tables

import (
	"slices"

	"amana/internal/decrees"
	"amana/internal/facts"
)

// derived is what is worked out of a case before it is counted.
type derived struct {
	defected, surrendered, returned, arrested, disappeared, released, died bool

	outcome string
	kind    decrees.Desertion
}

func derive(f *facts.Facts) *derived {
	d := &derived{}
	fate := f.One["fate"]
	gave := func(keys ...string) bool {
		return slices.ContainsFunc(keys, func(key string) bool {
			_, dated := f.Dates[key]
			return dated || known(f.One[key]) || slices.ContainsFunc(f.Many[key], known)
		})
	}
	d.died = fate == "declared_dead" || fate == "death_confirmed"
	d.released = fate == "released" || fate == "freed_2024"
	missing := fate == "missing" || fate == "not_found_2024"
	d.defected = gave("defect_date", "defect_gov", "after")
	d.surrendered = gave("surrender_date", "surrender_gov", "surrender_to", "settlement_paper")
	d.returned = f.One["returned"] == "same_unit" || f.One["returned"] == "other_unit" || !known(f.One["returned"]) && gave("return_date")
	d.arrested = gave("arrest_date", "arrest_where", "arrest_gov", "arrest_by") || len(f.Places) > 0 ||
		d.released || fate == "not_found_2024"
	d.disappeared = missing || f.One["acknowledged"] == "denied" || f.One["acknowledged"] == "silent"
	switch {
	case d.died:
		d.outcome = "died"
	case d.released:
		d.outcome = "released"
	case missing:
		d.outcome = "missing"
	case d.arrested:
		d.outcome = "held"
	default:
		d.outcome = "none"
	}
	d.kind = desertion(f)
	return d
}

// desertion returns the kind of desertion, which says how long a decree's grace was: a
// reviewer's coding, else whether he went abroad.
func desertion(f *facts.Facts) decrees.Desertion {
	switch f.Desertion {
	case string(decrees.Internal), string(decrees.External):
		return decrees.Desertion(f.Desertion)
	}
	after := codes(f, "after")
	switch {
	case slices.Contains(after, "abroad"):
		return decrees.External
	case slices.Contains(after, CodeUnknown):
		return decrees.Either
	}
	return decrees.Internal
}

// The verdicts of a deadline, those that win first.
var verdicts = []decrees.Verdict{decrees.In, decrees.Undetermined, decrees.Out}

// deadlineOf returns the number of the verdict on one decree.
func deadlineOf(f *facts.Facts, d *derived, code string) int {
	span := f.Dates["surrender_date"]
	decree := decrees.Find(code)
	if decree == nil {
		return 1
	}
	return slices.Index(verdicts, decree.Deadline(span.Earliest, span.Latest, d.kind))
}

// deadline returns the verdict on all decrees that are named of a case together: in, if
// he was in time for one of them.
func deadline(f *facts.Facts, d *derived) string {
	best := len(verdicts)
	for _, code := range codes(f, "decree") {
		if code != CodeUnknown && code != "none" {
			best = min(best, deadlineOf(f, d, code))
		}
	}
	if best == len(verdicts) {
		return "none"
	}
	return string(verdicts[best])
}

// ground returns what he relied on.
func ground(f *facts.Facts, _ *derived) string {
	basis := codes(f, "basis")
	has := func(code string) bool { return slices.Contains(basis, code) }
	named := func(key string) bool {
		return slices.ContainsFunc(codes(f, key), func(c string) bool { return c != CodeUnknown && c != "none" })
	}
	decree, agreement := has("decree") || named("decree"), has("settlement") || named("agreement")
	switch {
	case decree && agreement:
		return "both"
	case decree:
		return "decree"
	case agreement:
		return "agreement"
	case has("personal"):
		return "personal"
	case has("caught"):
		return "caught"
	case has("other"):
		return "other"
	}
	return CodeUnknown
}

// The classes of a promise, those that win first.
const (
	broken = iota
	noBreach
	notTold
)

// kept returns what became of a promise.
func kept(f *facts.Facts, d *derived, promise string) int {
	returned := f.One["returned"]
	sentenced := f.One["sentence"] == "prison" || f.One["sentence"] == "death"
	bad := false
	switch promise {
	case "no_arrest", "rejoin_only", "time":
		bad = d.arrested
	case "sentence_dropped":
		bad = sentenced || d.arrested
	case "discharge":
		bad = d.arrested || d.returned
	default:
		return notTold
	}
	switch {
	case bad:
		return broken
	case known(returned) || known(f.One["fate"]) && !d.died && f.One["fate"] != "missing":
		return noBreach
	}
	return notTold
}

// discharge returns whether one who was promised discharge was arrested.
func discharge(f *facts.Facts, d *derived) string {
	switch {
	case !slices.Contains(f.Many["promise"], "discharge"):
		return "unpromised"
	case d.arrested:
		return "arrested"
	case d.returned:
		return "returned"
	}
	return "neither"
}
