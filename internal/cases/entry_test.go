package cases

import (
	"errors"
	"strings"
	"testing"
)

func TestEntryForm(t *testing.T) {
	_, all := reviewers(t, "1", "A")
	a := all[0].author
	long := strings.Repeat("ش", MaxText)
	good := Entry{Subject: thread("1"), Field: FieldNote, Value: "<b>نص</b> & \"x\"\nline", Note: long}
	s, err := a.Sign(good)
	if err != nil {
		t.Fatal(err)
	}
	again, err := parse(s.record())
	if err != nil || again.ID != s.ID || again.verify() != nil || again.Value != good.Value {
		t.Fatalf("%v %v", again, err)
	}
	if strings.Contains(string(s.Text()), `\u003c`) {
		t.Error("more is escaped than must be")
	}
	other, err := a.Sign(good)
	if err != nil || other.ID == s.ID {
		t.Error("two entries that say the same are one")
	}
	bad := map[string]Entry{
		"subject":         {Subject: "X", Field: FieldNote},
		"capital subject": {Subject: strings.ToUpper(thread("a")), Field: FieldNote},
		"field":           {Subject: thread("1"), Field: "Note"},
		"no field":        {Subject: thread("1")},
		"secret of case":  {Subject: "C-0123456789", Field: FieldSecret, Value: SecretCleared},
		"link of case":    {Subject: "C-0123456789", Field: FieldCase, Value: "C-0123456789"},
		"link to nothing": {Subject: thread("1"), Field: FieldCase, Value: ""},
		"apart from self": {Subject: thread("1"), Field: NotPrefix + thread("1"), Value: NotOther},
		"apart, reversed": {Subject: thread("2"), Field: NotPrefix + thread("1"), Value: NotOther},
		"apart, unclear":  {Subject: thread("1"), Field: NotPrefix + thread("2"), Value: "perhaps"},
		"day":             {Subject: thread("1"), Field: FieldNote, Day: "2026-02-30"},
		"replaces":        {Subject: thread("1"), Field: FieldNote, Replaces: []string{"x"}},
		"too long":        {Subject: thread("1"), Field: FieldNote, Value: long + "x"},
		"control":         {Subject: thread("1"), Field: FieldNote, Value: "a\x1b[2J"},
		"turned round":    {Subject: thread("1"), Field: FieldNote, Note: "a\u202eb"},
		"not UTF-8":       {Subject: thread("1"), Field: FieldNote, Note: "a\xff"},
	}
	for name, e := range bad {
		if _, err := a.Sign(e); !errors.Is(err, ErrEntry) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Each byte counts.
	record := s.record()
	for i := 0; i < len(record); i += 997 {
		spoilt := append([]byte{}, record...)
		spoilt[i] ^= 1
		if p, err := parse(spoilt); err == nil && p.verify() == nil {
			t.Errorf("byte %d was changed and nobody saw", i)
		}
	}
	if _, err := Writes(&Signed{Entry: good, Signature: s.Signature}); err == nil {
		t.Error("an entry that nobody signed is kept")
	}
}
