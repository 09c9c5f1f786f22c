package facts

import (
	"slices"
	"strconv"
	"strings"

	"amana/internal/questionnaire"
	"amana/internal/testimony"
)

// account is what one source says, or what a reviewer coded.
type account struct {
	one    map[string]string
	many   map[string][]string
	dates  map[string]Span
	places []Place
}

func newAccount() *account {
	return &account{make(map[string]string), make(map[string][]string), make(map[string]Span), nil}
}

// placesKey stands for all that is asked of the places of detention together.
const placesKey = "places"

// sent reads what one source sent: of what was answered twice, the later counts.
func sent(all []*testimony.Testimony) *account {
	a := newAccount()
	rows := make(map[string]string)
	for _, t := range all {
		for key, value := range t.Answers {
			if isPlace(key) {
				rows[key] = value
				continue
			}
			a.set(key, value)
		}
		for key, codes := range t.Choices {
			if len(codes) > 0 {
				a.many[key] = sorted(codes)
			}
		}
	}
	a.places = placesOf(rows)
	return a
}

// set takes an answer as the built-in questionnaire types it: that of a key it does
// not know is not counted.
func (a *account) set(key, value string) bool {
	q, _ := questionnaire.Builtin().Find(key)
	if q == nil || value == "" {
		return false
	}
	switch q.Type {
	case questionnaire.TypeOne:
		a.one[key] = value
	case questionnaire.TypeMany:
		a.many[key] = sorted(split(value))
	case questionnaire.TypeDate:
		span, ok := ParseSpan(value)
		if ok {
			a.dates[key] = span
		}
		return ok
	default:
		return false // words are not counted
	}
	return true
}

// split returns the codes of a coded value, which stand with a comma between them.
func split(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' })
}

func sorted(codes []string) []string {
	codes = slices.Clone(codes)
	slices.Sort(codes)
	return slices.Compact(codes)
}

// isPlace tells whether a key is one of a row of places: "place_2", "place_from_2".
func isPlace(key string) bool {
	q, row := questionnaire.Builtin().Find(key)
	return q != nil && row > 0 && strings.HasPrefix(q.Code, "place")
}

// placesOf returns the rows that were answered, in the order of the form. One that says
// neither a place nor a day is there too: it stands between two others.
func placesOf(rows map[string]string) []Place {
	var all []Place
	for n := 1; n <= 9; n++ {
		row := "_" + strconv.Itoa(n)
		p := Place{Place: rows["place"+row], Known: rows["place_known"+row]}
		p.From, _ = ParseSpan(rows["place_from"+row])
		p.To, _ = ParseSpan(rows["place_to"+row])
		if !known(p.Place) {
			p.Place = ""
		}
		if p.tells() || rows["place"+row] != "" || p.Known != "" {
			all = append(all, p)
		}
	}
	return all
}

// tells tells whether a row names a place or a day.
func (p Place) tells() bool { return p.Place != "" || p.From.EDTF != "" || p.To.EDTF != "" }

// telling returns the rows that name a place or a day.
func telling(all []Place) (some []Place) {
	for _, p := range all {
		if p.tells() {
			some = append(some, p)
		}
	}
	return some
}

// known tells whether a code says anything.
func known(code string) bool {
	return code != "" && code != questionnaire.CodeUnknown && code != questionnaire.CodeDeclined
}

// transfers returns the moves that one list of places tells of. A row whose place is
// not known breaks the chain.
func transfers(places []Place) []Transfer {
	var all []Transfer
	for i := 1; i < len(places); i++ {
		t := Transfer{places[i-1].Place, places[i].Place}
		if t.From != "" && t.To != "" && t.From != t.To && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}
