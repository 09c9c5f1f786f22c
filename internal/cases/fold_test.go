package cases

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"amana/internal/rig"
)

func sortStrings(all []string) { slices.Sort(all) }

func TestLinkAndUnlink(t *testing.T) {
	_, all := reviewers(t, "123456", "A")
	m := all[0]
	steps := []struct {
		do   func()
		want string
	}{
		{func() {}, "1 2 3 4 5 6"},
		{func() { m.link(t, thread("1"), thread("2")) }, "12 3 4 5 6"},
		{func() { m.link(t, thread("3"), thread("4")) }, "12 34 5 6"},
		{func() { m.link(t, m.coding().Case(thread("1")).ID, m.coding().Case(thread("3")).ID, thread("5")) }, "12345 6"},
		{func() { m.unlink(t, thread("1")) }, "1 2345 6"}, // it gave the case its code
		{func() { m.unlink(t, thread("1")) }, "1 2345 6"},
		{func() { m.unlink(t, thread("2"), thread("3")) }, "1 2 3 45 6"},
		{func() { m.link(t, thread("6"), thread("1")) }, "16 2 3 45"},
		{func() { m.link(t, thread("1"), thread("2")) }, "126 3 45"},
	}
	for i, s := range steps {
		s.do()
		if got := m.groups(); got != s.want {
			t.Errorf("step %d: %s, want %s", i, got, s.want)
		}
	}
	codes := make(map[string]bool)
	for _, c := range m.coding().Cases {
		if !IsCase(c.ID) || codes[c.ID] {
			t.Errorf("code %q", c.ID)
		}
		codes[c.ID] = true
	}
	if _, err := m.coding().Link(thread("3")); err == nil {
		t.Error("one thread was linked to itself")
	}
}

// Two who link one thread to different others lose neither link: until they settle it
// it is one case, and shown as a difference.
func TestLinksThatDiffer(t *testing.T) {
	_, all := reviewers(t, "1234", "A", "B")
	a, b := all[0], all[1]
	a.link(t, thread("1"), thread("2"))
	b.link(t, thread("3"), thread("2"))
	if _, err := b.take(a.file(t)); err != nil {
		t.Fatal(err)
	}
	if got := b.groups(); got != "123 4" {
		t.Errorf("merged: %s", got)
	}
	one := b.coding().Case(thread("2"))
	if differ := one.Contested(); len(differ) != 1 || differ[0][0].Field != FieldCase || len(differ[0]) != 2 {
		t.Errorf("difference: %v", differ)
	}
	b.unlink(t, thread("2"))
	if got := b.groups(); got != "1 2 3 4" || len(b.coding().Case(thread("2")).Contested()) != 0 {
		t.Errorf("settled: %s", got)
	}
	// Both part the same thread: they agree.
	a.unlink(t, thread("2"))
	if _, err := b.take(a.file(t)); err != nil {
		t.Fatal(err)
	}
	if got := b.groups(); got != "1 2 3 4" || len(b.coding().Differing()) != 0 {
		t.Errorf("parted by both: %s, %d differ", got, len(b.coding().Differing()))
	}
}

// What was coded of a case goes with it when it becomes part of another, and can be
// settled there.
func TestCodingFollowsItsCase(t *testing.T) {
	_, all := reviewers(t, "12", "A", "B")
	a, b := all[0], all[1]
	for _, m := range all {
		m.code(t, m.coding().Case(thread("1")).ID, "fact.fate", "missing", false)
		m.code(t, m.coding().Case(thread("2")).ID, "fact.fate", "released", false)
	}
	a.link(t, thread("1"), thread("2"))
	one := a.coding().Case(thread("1"))
	if len(one.Values) != 2 || len(one.Contested()) != 1 || one.Values[0].Subject != one.ID {
		t.Fatalf("%+v", one.Values)
	}
	a.code(t, one.ID, "fact.fate", "death_confirmed", true)
	if _, err := a.take(b.file(t)); err != nil {
		t.Fatal(err)
	}
	one = a.coding().Case(thread("1"))
	a.code(t, one.ID, "fact.fate", "death_confirmed", true)
	one = a.coding().Case(thread("1"))
	if len(one.Values) != 1 || one.Values[0].Value != "death_confirmed" {
		t.Errorf("settled: %+v", one.Values)
	}
	if h := a.coding().History(one); len(h) < 7 {
		t.Errorf("the history has %d", len(h))
	}
}

func TestWhatStands(t *testing.T) {
	_, all := reviewers(t, "1", "A", "B")
	a, b := all[0], all[1]
	one := thread("1")
	a.code(t, one, FieldSecret, SecretCleared, false)
	a.code(t, one, FieldNote, "first", false)
	a.code(t, one, FieldNote, "second", false)
	b.code(t, one, FieldSecret, SecretCleared, false)
	b.take(a.file(t))
	if c := b.coding().Case(one); len(c.Values) != 4 || len(c.Contested()) != 0 {
		t.Errorf("agreed: %v, differ %v", c.Values, c.Contested())
	}
	b.code(t, one, FieldSecret, "", false)
	if c := b.coding().Case(one); len(c.Contested()) != 1 { // one took it back, the other did not
		t.Errorf("taken back by one: %v", c.Values)
	}
	b.code(t, one, FieldSecret, "", true)
	c := b.coding().Case(one)
	if len(c.Values) != 2 || c.Values[0].Field != FieldNote {
		t.Errorf("taken back: %v", c.Values)
	}
	if e, err := b.coding().TakeBack(b.author.Key, c.Values[0].Entry); err == nil {
		t.Errorf("a note of another was taken back: %v", e)
	}
	e, err := a.coding().TakeBack(a.author.Key, c.Values[0].Entry)
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.author.Sign(*e)
	if err != nil {
		t.Fatal(err)
	}
	b.add(s)
	if c := b.coding().Case(one); len(c.Values) != 1 {
		t.Errorf("note taken back: %v", c.Values)
	}
	// It stands there already.
	if a.code(t, one, FieldSecret, SecretCleared, false) != nil {
		t.Error("the same was coded twice")
	}
}

// Who left keeps what they coded before, by the day that they say; who is in no roster
// counts for nothing, and cannot replace anything.
func TestWhoCounts(t *testing.T) {
	org, all := reviewers(t, "1", "A", "B")
	a, b := all[0], all[1]
	entry := func(m *machine, day, value string, replaces ...string) *Signed {
		s, err := m.author.Sign(Entry{Subject: thread("1"), Field: "reliability", Value: value, Day: day, Replaces: replaces})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	early := entry(b, rig.Day(-5), "010000000000")
	late := entry(b, rig.Day(0), "020000000000", early.ID)
	org.Reviewers = org.Reviewers[:1]
	if _, err := org.Next(rig.Day(-2), rig.Day(100)); err != nil {
		t.Fatal(err)
	}
	a.people = peopleOf(org)
	strangers, err := rig.NewOrg("S")
	if err != nil {
		t.Fatal(err)
	}
	s := newMachine(t, strangers.Reviewers[0], "1", a.people)
	strange := entry(s, rig.Day(-3), "030000000000", early.ID)
	unknown, err := a.author.Sign(Entry{Subject: thread("1"), Field: "weather", Value: "fine", Day: rig.Day(0)})
	if err != nil {
		t.Fatal(err)
	}
	a.add(early, late, strange, unknown)
	c := a.coding()
	if values := c.Case(thread("1")).Values; len(values) != 1 || values[0].Entry != early.ID {
		t.Errorf("stands: %+v", values)
	}
	why := make(map[string]Why)
	for _, i := range c.Idle {
		why[i.Entry] = i.Why
	}
	if len(why) != 3 || why[late.ID] != WhyLeft || why[strange.ID] != WhyStranger || why[unknown.ID] != WhyUnknown {
		t.Errorf("idle: %v", c.Idle)
	}
	if _, err := a.take(s.file(t)); err == nil {
		t.Error("the file of a stranger was taken in")
	}
	// They come back.
	org.Reviewers = append(org.Reviewers, b.key)
	if _, err := org.Next(rig.Day(-1), rig.Day(100)); err != nil {
		t.Fatal(err)
	}
	a.people = peopleOf(org)
	if values := a.coding().Case(thread("1")).Values; len(values) != 1 || values[0].Entry != late.ID {
		t.Errorf("back again: %+v", values)
	}
}

// In whatever order and by whatever ways files are exchanged, all machines come to the
// same, nothing that was said is lost, and a file read twice changes nothing.
func TestMergeOrderDoesNotMatter(t *testing.T) {
	const digits = "12345678"
	r := rand.New(rand.NewPCG(7, 7))
	_, all := reviewers(t, digits, "A", "B", "C")
	some := func() string { return thread(digits[r.IntN(len(digits)):][:1]) }
	act := func(m *machine) {
		switch r.IntN(6) {
		case 0, 1:
			if x, y := some(), some(); x != y {
				m.link(t, x, y)
			}
		case 2:
			m.unlink(t, some())
		case 3:
			if x, y := some(), some(); x != y {
				m.do(t, m.coding().TellApart(x, y, []string{NotOther, NotOpen}[r.IntN(2)]), nil)
			}
		case 4:
			m.code(t, m.coding().Case(some()).ID, "fact.fate", []string{"missing", "released", ""}[r.IntN(3)], r.IntN(2) == 0)
		case 5:
			m.code(t, some(), "reliability", []string{"010000000000", "020000000000"}[r.IntN(2)], r.IntN(2) == 0)
		}
	}
	merge := func(from, to *machine) {
		if _, err := to.take(from.file(t)); err != nil {
			t.Fatal(err)
		}
	}
	for round := range 12 {
		for _, m := range all {
			for range 1 + r.IntN(5) {
				act(m)
			}
		}
		a, b, c := all[0], all[1], all[2]
		// (A and B) and C; A and (B and C); and all ways round.
		ab, bc := a.clone(), c.clone()
		merge(b, ab)
		merge(b, bc)
		left, right := c.clone(), a.clone()
		merge(ab, left)
		merge(bc, right)
		ba := b.clone()
		merge(a, ba)
		merge(c, ba)
		want := left.says()
		for name, m := range map[string]*machine{"A and (B and C)": right, "(B and A) and C": ba} {
			if m.says() != want {
				t.Fatalf("round %d: %s says otherwise", round, name)
			}
		}
		total := make(map[string]bool)
		for _, m := range all {
			for id := range m.all {
				total[id] = true
			}
		}
		if len(left.all) != len(total) {
			t.Fatalf("round %d: %d of %d entries are there", round, len(left.all), len(total))
		}
		merge(right, left)
		if left.says() != want {
			t.Fatalf("round %d: reading again changed something", round)
		}
		// Who is said by somebody, still, to be of one case with another is with them.
		f := newFold(left.threads, left.all, left.people)
		for x, xs := range f.links {
			for y, ys := range f.links {
				for _, s := range xs {
					if slices.ContainsFunc(ys, func(o *Signed) bool { return o.Value == s.Value }) && f.caseOf(x) != f.caseOf(y) {
						t.Fatalf("round %d: a link was lost", round)
					}
				}
			}
		}
		if r.IntN(3) == 0 { // they meet now and then
			merge(a, b)
			merge(b, a)
		}
	}
	if !strings.Contains(all[0].says(), FieldCase) {
		t.Error("nothing was linked: the test shows nothing")
	}
}

// Codes of cases are short. Two threads that have the same by chance are no one person.
func TestCodesThatMeet(t *testing.T) {
	const x, y = "000000000000000000000000000d8b57", "0000000000000000000000000018295b"
	if CodeOf(x) != CodeOf(y) {
		t.Fatal("their codes do not meet: the test shows nothing")
	}
	_, all := reviewers(t, "1", "A")
	m := all[0]
	for _, id := range []string{x, y} {
		m.threads[id] = &Thread{ID: id}
	}
	if c := m.coding(); len(c.Cases) != 3 || c.Case(x) == c.Case(y) {
		t.Fatalf("%d cases of three threads", len(c.Cases))
	}
	m.link(t, x, y)
	if c := m.coding(); len(c.Cases) != 2 || c.Case(x) != c.Case(y) {
		t.Errorf("linked: %d cases", len(c.Cases))
	}
	m.unlink(t, x)
	if c := m.coding(); len(c.Cases) != 3 || c.Case(x) == c.Case(y) {
		t.Errorf("unlinked: %d cases", len(c.Cases))
	}
}
