package cases

import (
	"slices"
	"testing"

	"amana/internal/rig"
)

// What holds something back stands whoever signed it and of whatever code, until a
// reviewer who counts replaces it; what gives something free must be by one who counts.
func TestWhatHoldsBackStands(t *testing.T) {
	org, all := reviewers(t, "123", "A", "B")
	a, left := all[0], all[1]
	org.Reviewers = org.Reviewers[:1]
	if _, err := org.Next(rig.Day(-2), rig.Day(100)); err != nil {
		t.Fatal(err)
	}
	a.people = peopleOf(org)
	strangers, err := rig.NewOrg("S")
	if err != nil {
		t.Fatal(err)
	}
	stranger := newMachine(t, strangers.Reviewers[0], "123", a.people)
	says := func(m *machine, field, value string, replaces ...string) *Signed {
		t.Helper()
		s, err := m.author.Sign(Entry{Subject: thread("1"), Field: field, Value: value, Replaces: replaces})
		if err != nil {
			t.Fatal(err)
		}
		a.add(s)
		return s
	}
	stands := func() map[string]Why {
		now := make(map[string]Why)
		for _, v := range a.coding().Case(thread("1")).Values {
			now[v.Field+"="+v.Value] = v.Holds
		}
		return now
	}
	expect := func(step string, want map[string]Why) {
		t.Helper()
		got := stands()
		for k, why := range want {
			if had, ok := got[k]; !ok || had != why {
				t.Errorf("%s: %s: %v %q, want %q", step, k, ok, had, why)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %v", step, got)
		}
	}

	cleared := says(a, FieldSecret, SecretCleared)
	said := says(a, FieldWithhold, "report")
	says(stranger, FieldSecret, SecretKept, cleared.ID)
	says(left, FieldSecret, "perhaps")
	says(stranger, FieldWithhold, "coi")
	says(left, FieldWithhold, "national")
	says(a, FieldWithhold, "report,tomorrow", said.ID)
	want := map[string]Why{"secret=cleared": "", "withhold=report": "", "secret=kept": WhyStranger, "secret=perhaps": WhyLeft,
		"withhold=coi": WhyStranger, "withhold=national": WhyLeft, "withhold=report,tomorrow": WhyUnknown}
	expect("held", want)
	if c := a.coding(); len(c.Idle) != 5 || len(c.Case(thread("1")).Contested()) != 2 {
		t.Errorf("%d idle, differing: %v", len(c.Idle), c.Case(thread("1")).Contested())
	}

	// Nobody who does not count gives anything free.
	now := a.coding().Case(thread("1")).Values
	var ids []string
	for _, v := range now {
		ids = append(ids, v.Entry)
	}
	slices.Sort(ids)
	says(stranger, FieldWithhold, "", ids...)
	says(left, FieldSecret, SecretCleared, ids...)
	says(stranger, "reliability", "010000000000")
	expect("not given free", want)

	// Who withholds more takes over what they can read, and leaves what they cannot.
	a.code(t, thread("1"), FieldWithhold, "iimp", true)
	expect("more", map[string]Why{"secret=cleared": "", "secret=kept": WhyStranger, "secret=perhaps": WhyLeft,
		"withhold=coi,iimp,national,report": "", "withhold=report,tomorrow": WhyUnknown})

	a.code(t, thread("1"), FieldWithhold, "", true)
	a.code(t, thread("1"), FieldSecret, SecretCleared, true)
	expect("given free by one who counts", map[string]Why{"secret=cleared": ""})
}

// What is withheld of a case is so of all that anybody linked to it, also where their
// links do not count.
func TestWithheldOfWhoWasLinkedByAStranger(t *testing.T) {
	_, all := reviewers(t, "123", "A")
	a := all[0]
	strangers, err := rig.NewOrg("S")
	if err != nil {
		t.Fatal(err)
	}
	s := newMachine(t, strangers.Reviewers[0], "123", nil)
	code := CodeOf(thread("1"))
	for _, e := range []Entry{{Subject: thread("2"), Field: FieldCase, Value: code}, {Subject: code, Field: FieldWithhold, Value: "report"}} {
		signed, err := s.author.Sign(e)
		if err != nil {
			t.Fatal(err)
		}
		a.add(signed)
	}
	if got := a.groups(); got != "1 2 3" {
		t.Fatalf("linked by a stranger: %s", got)
	}
	v := a.coding().Case(thread("1")).Values
	if len(v) != 1 || !slices.Equal(v[0].Rests, []string{thread("1"), thread("2")}) {
		t.Errorf("%+v", v)
	}
	// The one that gave the case its code is not here.
	delete(a.threads, thread("1"))
	v = a.coding().Case(thread("2")).Values
	if len(v) != 1 || !slices.Contains(v[0].Rests, thread("2")) || len(a.coding().Case(thread("3")).Values) != 0 {
		t.Errorf("without the first: %+v", v)
	}
}

func TestWithheld(t *testing.T) {
	for value, want := range map[string]bool{"": false, "report": false, "coi,court_abroad": false, "report,coi": false,
		"tomorrow": true, "report,tomorrow": true, "report,": true, "Report": true, "court-abroad": true} {
		if codes, all := Withheld(value); all != want || (len(codes) == 0) != (value == "") {
			t.Errorf("%q: %v %v", value, codes, all)
		}
	}
}
