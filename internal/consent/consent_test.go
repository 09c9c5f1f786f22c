package consent

import (
	"slices"
	"strings"
	"testing"

	"amana/internal/testimony"
)

// says makes an envelope from "key=value" for one answer and "key:a,b" for several.
func says(kind testimony.Kind, answers ...string) *testimony.Testimony {
	t := &testimony.Testimony{Schema: testimony.Schema, Kind: kind, Answers: map[string]string{}, Choices: map[string][]string{}}
	for _, a := range answers {
		if key, codes, many := strings.Cut(a, ":"); many {
			t.Choices[key] = strings.Split(codes, ",")
			continue
		}
		key, value, _ := strings.Cut(a, "=")
		t.Answers[key] = value
	}
	return t
}

func first(answers ...string) *testimony.Testimony { return says(testimony.First, answers...) }

func later(answers ...string) *testimony.Testimony { return says(testimony.Addition, answers...) }

const all = "numbers report wgeid iimp iiim coi court-abroad court-international court-syrian national"

// The rules of docs/consent.md, one by one: what a thread allows beside the reviewers'
// own work.
func TestRules(t *testing.T) {
	whole := []string{"use_report=details", "share_un:wgeid,iimp,iiim,coi", "share_court:abroad,international,syrian", "share_national=yes"}
	with := func(more ...string) []string { return append(slices.Clone(whole), more...) }
	for name, test := range map[string]struct {
		sent    []*testimony.Testimony
		cleared bool
		want    string
	}{
		"nothing answered":                          {[]*testimony.Testimony{first()}, false, ""},
		"everything":                                {[]*testimony.Testimony{first(whole...)}, false, all},
		"details mean numbers too":                  {[]*testimony.Testimony{first("use_report=details")}, false, "numbers report"},
		"numbers mean no details":                   {[]*testimony.Testimony{first("use_report=numbers")}, false, "numbers"},
		"no":                                        {[]*testimony.Testimony{first("use_report=no", "share_national=no", "share_un:none", "share_court:none")}, false, ""},
		"does not know":                             {[]*testimony.Testimony{first("use_report=unknown", "share_national=unknown", "share_un:unknown", "share_court:unknown")}, false, ""},
		"would rather not say":                      {[]*testimony.Testimony{first("use_report=declined", "share_national=declined", "share_un:declined", "share_court:declined")}, false, ""},
		"ask first":                                 {[]*testimony.Testimony{first("share_court:ask", "share_national=ask")}, false, ""},
		"ask first, beside a court":                 {[]*testimony.Testimony{first("share_court:abroad,ask")}, false, ""},
		"none, beside others":                       {[]*testimony.Testimony{first("share_un:none,wgeid")}, false, ""},
		"declined, beside others":                   {[]*testimony.Testimony{first("share_un:coi,declined")}, false, ""},
		"a code that nobody knows":                  {[]*testimony.Testimony{first("use_report=everything", "share_national=maybe")}, false, ""},
		"a code that nobody knows, beside others":   {[]*testimony.Testimony{first("share_un:wgeid,if_alive")}, false, ""},
		"some of a list":                            {[]*testimony.Testimony{first("share_un:iimp", "share_court:syrian")}, false, "iimp court-syrian"},
		"each question on its own":                  {[]*testimony.Testimony{first("use_report=no", "share_un:none", "share_national=yes")}, false, "national"},
		"an answer where a list is asked":           {[]*testimony.Testimony{first("share_un=wgeid", "share_court=abroad")}, false, ""},
		"a list where an answer is asked":           {[]*testimony.Testimony{first("use_report:details", "share_national:yes")}, false, ""},
		"a code in capitals":                        {[]*testimony.Testimony{first("use_report=Details")}, false, ""},
		"before there were questions":               {[]*testimony.Testimony{{Schema: testimony.Schema1, Kind: testimony.First, Answers: map[string]string{"narrative": "x", "use_report": "details"}}}, false, ""},
		"only an addition, which says yes":          {[]*testimony.Testimony{later(whole...)}, false, ""},
		"only the page of his name, which says yes": {[]*testimony.Testimony{says(testimony.Name, whole...)}, false, ""},
		"an addition says nothing":                  {[]*testimony.Testimony{first(whole...), later("narrative=x")}, false, all},
		"an addition allows more":                   {[]*testimony.Testimony{first("use_report=numbers"), later(whole...)}, false, "numbers"},
		"an addition allows what was left out":      {[]*testimony.Testimony{first(), later("use_report=details")}, false, ""},
		"an addition takes back":                    {[]*testimony.Testimony{first(whole...), later("use_report=numbers", "share_un:iimp")}, false, "numbers iimp court-abroad court-international court-syrian national"},
		"an addition takes back by a strange code":  {[]*testimony.Testimony{first(whole...), later("share_court:abroad,later")}, false, "numbers report wgeid iimp iiim coi national"},
		"it came before the testimony":              {[]*testimony.Testimony{later("use_report=no"), first("use_report=details")}, false, ""},
		"the page of his name takes back":           {[]*testimony.Testimony{first("share_national=yes"), says(testimony.Name, "share_national=no")}, false, ""},
		"two testimonies, one says nothing":         {[]*testimony.Testimony{first(whole...), first()}, false, ""},
		"two testimonies agree in part":             {[]*testimony.Testimony{first("use_report=details"), first("use_report=numbers")}, false, "numbers"},
		"two testimonies, the other order":          {[]*testimony.Testimony{first("use_report=numbers"), first("use_report=details")}, false, "numbers"},
		"taken back":                                {[]*testimony.Testimony{first(whole...), says(testimony.Withdrawal)}, true, ""},
		"taken back, and the note came first":       {[]*testimony.Testimony{says(testimony.Withdrawal), first(whole...)}, false, ""},
		"replies were fetched":                      {[]*testimony.Testimony{first("use_report=details"), says(testimony.Fetched)}, false, "numbers report"},
		"something must stay secret":                {[]*testimony.Testimony{first(with("never_publish=his village")...)}, false, "numbers"},
		"it was cleared":                            {[]*testimony.Testimony{first(with("never_publish=his village")...)}, true, all},
		"a secret of spaces":                        {[]*testimony.Testimony{first(with("never_publish= \n")...)}, false, all},
		"an addition has a secret":                  {[]*testimony.Testimony{first(whole...), later("never_publish=x")}, false, "numbers"},
		"a secret among codes":                      {[]*testimony.Testimony{first(with("never_publish:name")...)}, false, "numbers"},
		"a secret does not allow to count":          {[]*testimony.Testimony{first("never_publish=x", "share_un:coi")}, false, ""},
		"cleared allows nothing by itself":          {[]*testimony.Testimony{first("never_publish=x")}, true, ""},
		"danger takes nothing back":                 {[]*testimony.Testimony{first(with("risk=him")...)}, false, all},
		"nothing at all":                            {nil, true, ""},
	} {
		p := Of(test.sent, test.cleared)
		if !p.Allows(Own) {
			t.Errorf("%s: not even for the reviewers", name)
		}
		var got []string
		for _, use := range Uses[1:] {
			if p.Allows(use) {
				got = append(got, string(use))
			}
		}
		want := strings.Fields(test.want)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// A reviewer can take back, and never add.
func TestWithhold(t *testing.T) {
	p := Of([]*testimony.Testimony{first("use_report=details")}, false)
	p.Withhold(Report)
	p.Withhold(CoI)
	if p.Allows(Report) || !p.Allows(Numbers) || p.Allows(CoI) {
		t.Errorf("%+v", p)
	}
}

// Every use has words, and what anybody can read has neither names nor files.
func TestUses(t *testing.T) {
	seen := make(map[string]bool)
	for _, u := range Uses {
		if u.In("ar") == "" || u.In("en") == "" || seen[u.In("ar")] {
			t.Errorf("%s has no words of its own", u)
		}
		seen[u.In("ar")] = true
		if u.Public() && (u.Names() || u.Files()) {
			t.Errorf("%s: names or files in public", u)
		}
	}
	if len(Uses) != 11 || Use("x").In("en") != "x" || Of(nil, true).Allows("x") {
		t.Error("a use that nobody knows")
	}
}
