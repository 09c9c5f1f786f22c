package cases

import (
	"slices"
	"testing"
)

// What was coded of a case rests on all that were of it that day: on one that left it
// since, and on one that another reviewer linked and that is not here.
func TestRests(t *testing.T) {
	_, all := reviewers(t, "123", "A", "B")
	a, b := all[0], all[1]
	delete(b.threads, thread("2"))
	a.link(t, thread("1"), thread("2"))
	code := a.coding().Case(thread("1")).ID
	a.code(t, code, "fact.fate", "released", false)
	rests := func(m *machine) []string { return m.coding().Case(thread("1")).Values[0].Rests }
	both := []string{thread("1"), thread("2")}
	if got := rests(a); !slices.Equal(got, both) {
		t.Errorf("linked: %v", got)
	}
	a.unlink(t, thread("2"))
	if got := rests(a); !slices.Equal(got, both) {
		t.Errorf("one left: %v", got)
	}
	a.unlink(t, thread("2"))
	a.link(t, thread("1"), thread("2"))
	if _, err := b.take(a.file(t)); err != nil {
		t.Fatal(err)
	}
	one := b.coding().Case(thread("1"))
	if got := one.Values[0].Rests; one.Elsewhere != 1 || !slices.Equal(got, both) {
		t.Errorf("one is not here: %d, %v", one.Elsewhere, got)
	}
	if one := b.coding().Case(thread("3")); one.Elsewhere != 0 {
		t.Errorf("alone: %d", one.Elsewhere)
	}
}

// Who codes a second use that was taken back has not given the first again.
func TestWithholdAdds(t *testing.T) {
	_, all := reviewers(t, "12", "A", "B")
	a := all[0]
	a.code(t, thread("1"), FieldWithhold, "report", false)
	a.code(t, thread("1"), FieldWithhold, "iiim", false)
	if got := a.coding().Case(thread("1")).Values; len(got) != 1 || got[0].Value != "iiim,report" {
		t.Errorf("%v", got)
	}
	a.code(t, thread("1"), FieldWithhold, "", false)
	if got := a.coding().Case(thread("1")).Values; len(got) != 0 {
		t.Errorf("taken back: %v", got)
	}
}
