package cases

import "strings"

// holds tells whether an entry holds something back: uses that are withheld, or that
// what must stay secret is not cleared. Such an entry stands whoever signed it, and of
// whatever code, until one who counts replaces it: what was kept too long can be given
// later. One that allows, or takes back, must count.
func (e *Entry) holds() bool {
	switch e.Field {
	case FieldWithhold:
		return e.Value != ""
	case FieldSecret: // also one that is taken back: what another cleared is in doubt
		return e.Value != SecretCleared
	}
	return false
}

// besideHome returns the code of the case of a thread that is here, and was linked to a
// case by an entry that does not count; empty if there is none.
func (f *fold) besideHome(code string) string {
	for _, id := range f.beside[code] {
		if f.threads[id] != nil {
			return f.caseOf(id)
		}
	}
	return ""
}

// Withheld returns the uses that a value of [FieldWithhold] names. All is true if it has
// a code that this version does not know: nobody can tell what it means, so that
// everything is withheld.
func Withheld(value string) (codes []string, all bool) {
	if value == "" {
		return nil, false
	}
	known := Book().Field(FieldWithhold)
	for code := range strings.SplitSeq(value, Joiner) {
		all = all || known.Entry(code) == nil
		codes = append(codes, code)
	}
	return codes, all
}
