package tables

import (
	"fmt"
	"math/rand/v2"

	"amana/internal/facts"
	"amana/internal/questionnaire"
)

// SomeFacts returns cases whose answers are spread as real ones are: few values often,
// most of them rarely.
func SomeFacts(seed uint64, n int) []*facts.Facts {
	r := rand.New(rand.NewPCG(seed, 1))
	var all []*facts.Facts
	for i := range n {
		all = append(all, someCase(r, fmt.Sprintf("C-%010x", i)))
	}
	return all
}

// pickCode returns a code of a list, the first most often.
func pickCode(r *rand.Rand, list string) string {
	entries := questionnaire.Builtin().Lists[list].Entries
	i := int(r.ExpFloat64() * float64(len(entries)) / 6)
	return entries[min(i, len(entries)-1)].Code
}

func someDate(r *rand.Rand, from int) facts.Span {
	year, month, day := from+int(r.ExpFloat64()), 1+r.IntN(12), 1+r.IntN(28)
	text := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
	switch r.IntN(4) {
	case 0:
		text = text[:4]
	case 1:
		text = text[:7]
	}
	s, _ := facts.ParseSpan(text)
	return s
}

func someCase(r *rand.Rand, code string) *facts.Facts {
	f := &facts.Facts{Case: code, One: make(map[string]string), Many: make(map[string][]string), Dates: make(map[string]facts.Span), Sources: 1 + int(r.ExpFloat64()*0.5)}
	s := questionnaire.Builtin()
	for i := range s.Sections {
		for _, q := range s.Sections[i].Questions {
			if s.Sections[i].Repeat > 1 || s.Sections[i].Page != questionnaire.PageForm || r.IntN(10) < 3 {
				continue
			}
			switch q.Type {
			case questionnaire.TypeOne:
				if q.Code == "source_relation" {
					f.Many[q.Code] = []string{pickCode(r, q.List)}
					continue
				}
				f.One[q.Code] = pickCode(r, q.List)
			case questionnaire.TypeMany:
				codes := []string{pickCode(r, q.List)}
				if second := pickCode(r, q.List); r.IntN(4) == 0 && second != codes[0] && second != "none" && codes[0] != "none" {
					codes = append(codes, second)
				}
				f.Many[q.Code] = codes
			}
		}
	}
	for i, key := range []string{"defect_date", "surrender_date", "return_date", "arrest_date", "death_date", "notice_date", "last_seen"} {
		if r.IntN(3) > 0 {
			f.Dates[key] = someDate(r, []int{2012, 2018, 2018, 2018, 2019, 2020, 2019}[i])
		}
	}
	last := ""
	for range r.IntN(4) {
		if p := pickCode(r, "place"); known(p) {
			f.Places = append(f.Places, facts.Place{Place: p})
			if last != "" && last != p {
				f.Transfers = append(f.Transfers, facts.Transfer{From: last, To: p})
			}
			last = p
		}
	}
	if r.IntN(50) == 0 {
		f.Differ = append(f.Differ, "court")
		delete(f.One, "court")
	}
	return f
}

// SmallHidden returns the tables as they would be if small numbers were hidden and
// nothing else.
func SmallHidden(s *Set) []*Table {
	r := s.recode(Least, nil)
	sheets, counts := s.count(r)
	return s.tables(sheets, r, func(k string) Cell {
		if counts[k] < Least {
			return Cell{State: Suppressed}
		}
		return Cell{Value: counts[k]}
	}, Least)
}
