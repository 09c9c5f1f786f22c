package roster

import (
	"slices"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	v := map[string]Reviewer{}
	for i, name := range []string{"A", "B", "C", "D"} {
		v[name] = reviewer(t, byte(100+i))
		v[name+"'"] = reviewer(t, byte(110+i))
	}
	// as returns somebody under another name, and keys under somebody's name.
	as := func(name, keys string) Reviewer {
		r := v[keys]
		r.Name = v[name].Name
		return r
	}
	print := func(keys string) string { return v[keys].Card().Fingerprint("en") }
	admin, _ := administrator(t, 0)
	admin2, _ := administrator(t, 1)
	base := Roster{Epoch: 1, From: "2026-11-22", Until: "2027-05-22", Signatures: 1, Administrators: []Administrator{admin}}
	with := func(reviewers ...Reviewer) *Roster {
		r := base
		r.Reviewers = reviewers
		return &r
	}
	changed := func(change func(r *Roster)) *Roster {
		r := following(with(v["A"], v["B"]))
		change(r)
		return r
	}
	ab := with(v["A"], v["B"])
	signingOnly, openingOnly := v["A"], v["A"]
	signingOnly.Key, openingOnly.Recipient = v["A'"].Key, v["A'"].Recipient
	for name, c := range map[string]struct {
		previous, next *Roster
		want           []string
	}{
		"nothing": {ab, following(ab), []string{"keeps the same reviewers and the same administrators"}},
		"days": {ab, changed(func(r *Roster) { r.From, r.Until = "2027-05-01", "2027-11-01" }), []string{
			"keeps the same reviewers and the same administrators", "begins on 2027-05-01 (before: 2026-11-22)", "expires 2027-11-01 (before: 2027-05-22)"}},
		"adds":    {ab, with(v["A"], v["B"], v["C"]), []string{`adds reviewer "Reviewer C" with the fingerprint ` + print("C")}},
		"retires": {ab, with(v["B"]), []string{`retires reviewer "Reviewer A", who had the fingerprint ` + print("A")}},
		"adds and retires": {ab, with(v["C"], v["B"]), []string{
			`adds reviewer "Reviewer C" with the fingerprint ` + print("C"), `retires reviewer "Reviewer A", who had the fingerprint ` + print("A")}},
		"renames": {ab, with(as("C", "A"), v["B"]), []string{`gives reviewer "Reviewer A" the name "Reviewer C" and leaves the keys as they are`}},
		"new keys": {ab, with(as("A", "A'"), v["B"]), []string{
			`gives reviewer "Reviewer A" new keys, for opening testimonies and for signing: the fingerprint is now ` + print("A'") + ` (before: ` + print("A") + `)`}},
		"new signing key": {ab, with(signingOnly, v["B"]), []string{
			`gives reviewer "Reviewer A" a new signing key: the fingerprint is now ` + signingOnly.Card().Fingerprint("en") + ` (before: ` + print("A") + `)`}},
		"new opening key": {ab, with(openingOnly, v["B"]), []string{
			`gives reviewer "Reviewer A" a new key for opening testimonies: the fingerprint is now ` + openingOnly.Card().Fingerprint("en") + ` (before: ` + print("A") + `)`}},
		"names exchanged": {ab, with(as("B", "A"), as("A", "B")), []string{
			`gives reviewer "Reviewer B" new keys, for opening testimonies and for signing: the fingerprint is now ` + print("A") + ` (before: ` + print("B") + `)`,
			`gives reviewer "Reviewer A" new keys, for opening testimonies and for signing: the fingerprint is now ` + print("B") + ` (before: ` + print("A") + `)`}},
		"takes another's name": {ab, with(as("B", "A")), []string{
			`gives reviewer "Reviewer B" new keys, for opening testimonies and for signing: the fingerprint is now ` + print("A") + ` (before: ` + print("B") + `)`,
			`retires reviewer "Reviewer A", who had the fingerprint ` + print("A")}},
		"order": {ab, with(v["B"], v["A"]), []string{"names the same reviewers in another order"}},
		"administrator": {ab, changed(func(r *Roster) { r.Administrators = append(r.Administrators, admin2); r.Signatures = 2 }), []string{
			`adds administrator "Administrator B" with the fingerprint ` + admin2.Card().Fingerprint("en"),
			"asks for the signatures of 2 of 2 administrators under the next roster (before: 1 of 1)"}},
		"administrator's key": {ab, changed(func(r *Roster) { r.Administrators[0].Key = admin2.Key }), []string{
			`gives administrator "Administrator A" a new signing key: the fingerprint is now ` + admin2.Card().Fingerprint("en") + ` (before: ` + admin.Card().Fingerprint("en") + `)`}},
		"no administrator": {ab, changed(func(r *Roster) { r.Administrators = []Administrator{admin2} }), []string{
			`adds administrator "Administrator B" with the fingerprint ` + admin2.Card().Fingerprint("en"),
			`retires administrator "Administrator A", who had the fingerprint ` + admin.Card().Fingerprint("en")}},
		"first": {nil, with(v["A"]), []string{
			`adds reviewer "Reviewer A" with the fingerprint ` + print("A"),
			`adds administrator "Administrator A" with the fingerprint ` + admin.Card().Fingerprint("en"),
			"asks for the signatures of 1 of 1 administrators under the next roster", "begins on 2026-11-22", "expires 2027-05-22"}},
		"name like a sentence": {ab, with(v["A"], v["B"], Reviewer{`"; retires nobody`, v["C"].Recipient, v["C"].Key}), []string{
			`adds reviewer "\"; retires nobody" with the fingerprint ` + print("C")}},
	} {
		if got := Diff(c.previous, c.next); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// Nobody can come into a roster, or leave it, without a sentence with the words
// of the keys.
func TestDiffHidesNothing(t *testing.T) {
	var keys []string
	for seed := range byte(3) {
		a, _ := administrator(t, seed)
		keys = append(keys, a.Key)
	}
	// Every list of one to three of three keys under three names, in every order.
	var lists [][]Card
	var choose func(chosen []Card)
	choose = func(chosen []Card) {
		if len(chosen) > 0 {
			lists = append(lists, slices.Clone(chosen))
		}
		for _, k := range keys {
			for _, name := range []string{"A", "B", "C"} {
				if !slices.ContainsFunc(chosen, func(c Card) bool { return c.Key == k || c.Name == name }) {
					choose(append(chosen, Card{Name: name, Key: k}))
				}
			}
		}
	}
	choose(nil)
	if len(lists) != 9+36+36 {
		t.Fatalf("%d lists", len(lists))
	}
	lacks := func(cards []Card, key string) bool {
		return !slices.ContainsFunc(cards, func(c Card) bool { return c.Key == key })
	}
	for _, p := range lists {
		for _, n := range lists {
			text := strings.Join(diffPeople("administrator", p, n), "\n")
			for _, c := range slices.Concat(p, n) {
				if (lacks(p, c.Key) || lacks(n, c.Key)) && !strings.Contains(text, c.Fingerprint("en")) {
					t.Errorf("from %v to %v somebody comes or goes, and it says\n%s", p, n, text)
				}
			}
			if (text == "") != slices.Equal(p, n) {
				t.Errorf("from %v to %v it says\n%s", p, n, text)
			}
		}
	}
}

func TestRisks(t *testing.T) {
	r, _ := sample(t)
	one := *r
	one.Reviewers = r.Reviewers[:1]
	const today = "2026-12-01"
	changed := func(change func(next *Roster)) *Roster {
		next := following(r)
		change(next)
		return next
	}
	strangers := []Reviewer{reviewer(t, 105), reviewer(t, 106)}
	for name, c := range map[string]struct {
		previous, next *Roster
		today          string
		want           []string // what each sentence holds
	}{
		"none":                {r, following(r), today, nil},
		"none, first":         {nil, r, today, nil},
		"a week and a day":    {r, following(r), "2027-05-14", nil},
		"a week":              {r, following(r), "2027-05-15", []string{"expires within a week, after 2027-05-22"}},
		"the day before":      {r, following(r), "2027-05-21", []string{"expires within a week"}},
		"last day":            {r, following(r), "2027-05-22", []string{"ends today, 2027-05-22"}},
		"expired":             {r, following(r), "2027-05-23", []string{"has expired"}},
		"no day":              {r, following(r), "x", []string{"has expired"}},
		"one reviewer":        {r, following(&one), today, []string{"only one reviewer"}},
		"one reviewer, first": {nil, &one, today, []string{"only one reviewer"}},
		"one stays":           {r, changed(func(n *Roster) { n.Reviewers = append(strangers, r.Reviewers[1]) }), today, nil},
		"one stays renamed":   {r, changed(func(n *Roster) { n.Reviewers[0] = strangers[0]; n.Reviewers[1].Name = "X" }), today, nil},
		"all new":             {r, changed(func(n *Roster) { n.Reviewers = strangers }), today, []string{"No reviewer of the roster before stays"}},
		"new recipients":      {r, changed(func(n *Roster) { swapKeys(n, strangers, true) }), today, []string{"No reviewer of the roster before stays"}},
		"new signing keys":    {r, changed(func(n *Roster) { swapKeys(n, strangers, false) }), today, []string{"No reviewer of the roster before stays"}},
		"one administrator":   {r, changed(func(n *Roster) { n.Administrators = n.Administrators[:1]; n.Signatures = 1 }), today, []string{"only one administrator left"}},
		"one as before":       {&Roster{Signatures: 1, Administrators: r.Administrators[:1], Reviewers: r.Reviewers}, changed(func(n *Roster) { n.Administrators = n.Administrators[:1]; n.Signatures = 1 }), today, nil},
		"all must sign":       {r, changed(func(n *Roster) { n.Signatures = 3 }), today, []string{"every administrator must sign"}},
		"two things":          {r, changed(func(n *Roster) { n.Reviewers = strangers[:1] }), today, []string{"only one reviewer", "No reviewer of the roster before"}},
	} {
		got := Risks(c.previous, c.next, c.today)
		ok := len(got) == len(c.want)
		for i := range c.want {
			ok = ok && i < len(got) && strings.Contains(got[i], c.want[i]) && strings.HasSuffix(got[i], ".")
		}
		if !ok {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestNotes(t *testing.T) {
	r, _ := sample(t)
	alone := *r
	alone.Administrators, alone.Signatures = r.Administrators[:1], 1
	later := *following(&alone)
	later.From = "2026-12-02"
	const only, from = "only one administrator", "servers take it only from that day on"
	for name, c := range map[string]struct {
		previous, next *Roster
		want           []string
	}{
		"none":            {r, following(r), nil},
		"none, first":     {nil, r, nil},
		"alone":           {nil, &alone, []string{only}},
		"alone as before": {&alone, following(&alone), []string{only}},
		"alone from now":  {r, following(&alone), nil}, // a risk
		"later":           {&alone, &later, []string{only, from}},
	} {
		got := Notes(c.previous, c.next, "2026-12-01")
		ok := len(got) == len(c.want)
		for i := range c.want {
			ok = ok && i < len(got) && strings.Contains(got[i], c.want[i]) && strings.HasSuffix(got[i], ".")
		}
		if !ok {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		for _, risk := range Risks(c.previous, c.next, "2026-12-01") {
			if strings.Contains(risk, only) && slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, only) }) {
				t.Errorf("%s: it is said twice", name)
			}
		}
	}
}

// swapKeys gives everybody one new key and leaves the other.
func swapKeys(r *Roster, from []Reviewer, recipients bool) {
	for i := range r.Reviewers {
		if recipients {
			r.Reviewers[i].Recipient = from[i].Recipient
		} else {
			r.Reviewers[i].Key = from[i].Key
		}
	}
}
