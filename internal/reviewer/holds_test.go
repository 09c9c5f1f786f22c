package reviewer

import (
	"bytes"
	"strings"
	"testing"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/selection"
)

// What a newer program has withheld is withheld here, from everybody, and cases show
// says why.
func TestUnknownCodeWithholds(t *testing.T) {
	key, w := inventedWorkspace(t, 40)
	signer, err := key.Signer()
	if err != nil {
		t.Fatal(err)
	}
	coding, err := cases.Read(w)
	if err != nil {
		t.Fatal(err)
	}
	numbers := func(all []*cases.Case) []*cases.Case {
		s, err := selection.Make(t.Context(), w, all, consent.Numbers, selection.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s.Cases
	}
	before := numbers(coding.Cases)
	held := before[0].ID
	author := cases.Author{Name: key.Name, Key: key.VerifierKey(), Signer: signer}
	s, err := author.Sign(cases.Entry{Subject: held, Field: cases.FieldWithhold, Value: "tomorrow"})
	if err != nil {
		t.Fatal(err)
	}
	writes, err := cases.Writes(s)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Put(writes...); err != nil {
		t.Fatal(err)
	}
	if coding, err = cases.Read(w); err != nil {
		t.Fatal(err)
	}
	after := numbers(coding.Cases)
	if len(after) != len(before)-1 {
		t.Errorf("%d of %d cases are left", len(after), len(before))
	}
	for _, c := range after {
		if c.ID == held {
			t.Error("it is told")
		}
	}
	var out bytes.Buffer
	show := &casesShowCommand{Language: "en", History: true}
	show.show(coding, coding.Case(held)).print(&out)
	if strings.Count(out.String(), "holds back all the same, though it does not count: "+string(cases.WhyUnknown)) != 2 {
		t.Errorf("shown: %s", out.String())
	}
}
