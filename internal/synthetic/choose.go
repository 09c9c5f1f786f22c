package synthetic

import (
	"slices"
	"strconv"
	"strings"

	"amana/internal/questionnaire"
)

// pick returns one of the codes in a text like "a:30 b:5 c", which is as likely as its
// number says beside the others; without a number it is 1.
func (m *maker) pick(weights string) string {
	type one struct {
		code string
		n    int
	}
	var all []one
	total := 0
	for _, w := range strings.Fields(weights) {
		code, number, _ := strings.Cut(w, ":")
		n, err := strconv.Atoi(number)
		if err != nil {
			n = 1
		}
		all = append(all, one{code, n})
		total += n
	}
	at := m.IntN(total)
	for _, w := range all {
		if at -= w.n; at < 0 {
			return w.code
		}
	}
	return all[len(all)-1].code
}

// from returns a code of a closed list, unknown and declined left out: those that
// weights name are as likely as it says, each other one 1, so that small cells exist.
func (m *maker) from(list, weights string) string {
	all := weights
	for _, code := range codes(list) {
		if !strings.Contains(" "+weights, " "+code+":") {
			all += " " + code
		}
	}
	return m.pick(all)
}

// codes returns the codes of a list, unknown and declined left out.
func codes(list string) (all []string) {
	for _, e := range questionnaire.Builtin().Lists[list].Entries {
		if e.Code != questionnaire.CodeUnknown && e.Code != questionnaire.CodeDeclined {
			all = append(all, e.Code)
		}
	}
	return all
}

// some returns one to three codes that draw gives, each once, sorted.
func (m *maker) some(draw func() string) []string {
	all := []string{draw()}
	for m.percent(22) && len(all) < 3 {
		if code := draw(); !slices.Contains(all, code) {
			all = append(all, code)
		}
	}
	slices.Sort(all)
	return all
}

// instead returns another code of the list than the given one.
func (m *maker) instead(list, code string) string {
	all := slices.DeleteFunc(codes(list), func(c string) bool { return c == code })
	return all[m.IntN(len(all))]
}

// label returns how a code of a list reads.
func label(list, code, lang string) string {
	if e := questionnaire.Builtin().Lists[list].Entry(code); e != nil {
		return e.Label.In(lang)
	}
	return code
}
