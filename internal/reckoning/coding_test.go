package reckoning

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"amana/internal/cases"
	"amana/internal/questionnaire"
	"amana/internal/synthetic"
)

// codings are what two reviewers might code: readings of answers, for cases and for
// threads, now and then differing; corroboration and legal terms.
func codings(seed uint64, all []*synthetic.Case) map[string][]cases.Value {
	r := rand.New(rand.NewPCG(seed, 77))
	out := make(map[string][]cases.Value)
	for i, c := range all {
		if c.Truth.Probe {
			continue
		}
		id := caseID(i)
		subjects := []string{id}
		for _, th := range c.Threads {
			subjects = append(subjects, th.ID)
		}
		for _, subject := range subjects {
			if r.IntN(3) == 0 {
				for range 1 + r.IntN(3) {
					out[id] = append(out[id], reading(r, subject)...)
				}
			}
			for field, codes := range map[string]string{
				"corroboration": []string{"testimony", "paper,photograph", "none", "expert"}[r.IntN(4)],
				"legal":         []string{"internal_desertion", "external_desertion", "external_desertion,torture", "incommunicado"}[r.IntN(4)],
			} {
				if i%4 == len(field)%4 {
					out[id] = append(out[id], value(subject, field, codes, 0))
				}
			}
		}
	}
	return out
}

func value(subject, field, codes string, by int) cases.Value {
	return cases.Value{Subject: subject, Field: field, Value: codes, By: fmt.Sprintf("reviewer %d", by), Day: "2026-11-27",
		Entry: fmt.Sprintf("%s %s %d", subject, field, by)}
}

// reading codes one answer, by one reviewer or by two who may differ.
func reading(r *rand.Rand, subject string) (all []cases.Value) {
	if r.IntN(6) == 0 {
		places := []string{"sednaya", "mp_qaboun", "unknown", "sednaya_red"}
		for row := range 1 + r.IntN(3) {
			all = append(all, value(subject, fmt.Sprintf("fact.place_%d", row+1), places[r.IntN(4)], 0))
		}
		if r.IntN(4) == 0 {
			all = append(all, value(subject, "fact.place_1", "civil", 1))
		}
		return all
	}
	keys := []string{"fate", "returned", "surrender_to", "arrest_gov", "court", "decree", "after", "promise", "arrest_by", "surrender_date", "arrest_date", "defect_date", "category"}
	key := keys[r.IntN(len(keys))]
	q, _ := questionnaire.Builtin().Find(key)
	for by := range 1 + r.IntN(5)/4 {
		var codes string
		switch q.Type {
		case questionnaire.TypeDate:
			codes = []string{"2018-07", "2018", "2018-10/2019-02", "2019-03-02", "2016~"}[r.IntN(5)]
		default:
			list := questionnaire.Builtin().Lists[q.List].Entries
			some := []string{list[r.IntN(len(list))].Code}
			if other := list[r.IntN(len(list))].Code; q.Type == questionnaire.TypeMany && r.IntN(3) == 0 && other != some[0] {
				some = append(some, other)
			}
			slices.Sort(some)
			codes = strings.Join(some, ",")
		}
		all = append(all, value(subject, "fact."+key, codes, by))
	}
	return all
}
