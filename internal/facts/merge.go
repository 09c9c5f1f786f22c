package facts

import (
	"slices"

	"amana/internal/questionnaire"
)

// narrower are codes that say the same as another, and more: who says the one does not
// contradict who says the other.
var narrower = map[string]map[string]string{
	"court": {"field_first": "field", "field_second": "field"},
	"fate":  {"death_confirmed": "declared_dead", "not_found_2024": "missing"},
}

// Agree tells whether codes of a question that takes one do not contradict each other.
// What sources say of themselves never does.
func Agree(key string, codes ...string) bool {
	_, ok := agree(key, codes)
	return ok || slices.Contains(severally, key)
}

// agree returns what the codes say together; false if they contradict each other.
// Codes that say nothing give way to those that do.
func agree(key string, codes []string) (string, bool) {
	said, nothing := "", ""
	for _, code := range codes {
		switch {
		case !known(code):
			if nothing == "" || code == questionnaire.CodeUnknown {
				nothing = code
			}
		case said == "" || code == said || narrower[key][code] == said:
			said = code
		case narrower[key][said] == code:
		default:
			return "", false
		}
	}
	if said == "" {
		return nothing, true
	}
	return said, true
}

// denies are codes that deny all the others of their question.
var denies = map[string]string{"decree": "none", "contact_in": "none", "search_steps": "none", "told_before": "no"}

// together returns all codes that were named; false if one that denies all others
// stands beside another.
func together(key string, lists [][]string) ([]string, bool) {
	var said, nothing []string
	for _, codes := range lists {
		for _, code := range codes {
			if known(code) {
				said = append(said, code)
			} else if code != "" {
				nothing = append(nothing, code)
			}
		}
	}
	if len(said) == 0 {
		if len(nothing) == 0 {
			return nil, true
		}
		return []string{slices.Max(nothing)}, true // "unknown" before "declined"
	}
	said = sorted(said)
	if deny := denies[key]; deny != "" && len(said) > 1 && slices.Contains(said, deny) {
		return nil, false
	}
	return said, true
}

// severally are questions that each source answers about themselves: different answers
// are no contradiction, and all are kept under Many.
var severally = []string{"source_relation", "use_report", "share_national", "family_agrees", "contact_wish", "risk", "file_origin"}

// merge puts the accounts of a case together.
func (f *Facts) merge(accounts []*account) {
	ones, lists, dates := make(map[string][]string), make(map[string][][]string), make(map[string][]Span)
	for _, a := range accounts {
		for key, code := range a.one {
			if slices.Contains(severally, key) {
				lists[key] = append(lists[key], []string{code})
			} else {
				ones[key] = append(ones[key], code)
			}
		}
		for key, codes := range a.many {
			lists[key] = append(lists[key], codes)
		}
		for key, span := range a.dates {
			dates[key] = append(dates[key], span)
		}
	}
	for key, codes := range ones {
		if code, ok := agree(key, codes); ok {
			f.One[key] = code
		} else {
			f.differ(key)
		}
	}
	for key, all := range lists {
		if codes, ok := together(key, all); !ok {
			f.differ(key)
		} else if len(codes) > 0 {
			f.Many[key] = codes
		}
	}
	for key, spans := range dates {
		span, ok := spans[0], true
		for _, s := range spans[1:] {
			if span, ok = meet(span, s); !ok {
				break
			}
		}
		if ok {
			f.Dates[key] = span
		} else {
			f.differ(key)
		}
	}
	for _, a := range accounts {
		f.Places = addPlaces(f.Places, telling(a.places))
		for _, t := range transfers(a.places) {
			if !slices.Contains(f.Transfers, t) {
				f.Transfers = append(f.Transfers, t)
			}
		}
	}
	byTime(f.Places)
}

func (f *Facts) differ(key string) {
	if !slices.Contains(f.Differ, key) {
		f.Differ = append(f.Differ, key)
	}
}

// addPlaces adds the places of one source to those of others: a stay that can be the
// same one is there once.
func addPlaces(all, more []Place) []Place {
	taken := make([]bool, len(all))
	for _, p := range more {
		same := -1
		for i := range taken {
			if _, ok := sameStay(all[i], p); ok && !taken[i] {
				same = i
				break
			}
		}
		if same < 0 {
			all = append(all, p)
			continue
		}
		all[same], _ = sameStay(all[same], p)
		taken[same] = true
	}
	return all
}

// sameStay returns two rows as one stay, if they can be.
func sameStay(a, b Place) (Place, bool) {
	if a.Place == "" || a.Place != b.Place {
		return a, false
	}
	from, ok1 := meet(a.From, b.From)
	to, ok2 := meet(a.To, b.To)
	if a.Known == "" {
		a.Known = b.Known
	}
	a.From, a.To = from, to
	return a, ok1 && ok2
}

// byTime moves a place before its neighbour where the dates say so, and leaves the
// order in which it was told where they do not.
func byTime(all []Place) {
	for i := 1; i < len(all); i++ {
		for j := i; j > 0 && all[j].From.Known() && all[j-1].From.Known() && all[j].From.Latest < all[j-1].From.Earliest; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
}
