package selection

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/synthetic"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// thread makes what one source sent.
func thread(n int, envelopes ...testimony.Testimony) *synthetic.Thread {
	th := &synthetic.Thread{ID: fmt.Sprintf("%032x", n)}
	for i, t := range envelopes {
		t.Schema, t.Thread, t.Language, t.Received = testimony.Schema, th.ID, "ar", "2026-11-20"
		t.Roster = testimony.Roster{Epoch: 1, SHA256: strings.Repeat("0", 64)}
		if t.Answers == nil {
			t.Answers = map[string]string{}
		}
		if t.Choices == nil {
			t.Choices = map[string][]string{}
		}
		t.Files, t.Fetched = []testimony.File{}, []string{}
		th.Withdrawn = th.Withdrawn || t.Kind == testimony.Withdrawal
		th.Envelopes = append(th.Envelopes, &synthetic.Envelope{ID: fmt.Sprintf("%032x", 1000*n+i), Testimony: t})
	}
	return th
}

var yes = map[string]string{"use_report": "details", "share_national": "yes", "narrative": "w"}

func answers(more ...string) map[string]string {
	all := map[string]string{}
	for k, v := range yes {
		all[k] = v
	}
	for i := 0; i < len(more); i += 2 {
		all[more[i]] = more[i+1]
	}
	return all
}

// joined loads the cases of a workspace as one case, with coding.
func joined(t *testing.T, w *workspace.Workspace, values ...cases.Value) []*cases.Case {
	t.Helper()
	all, err := cases.Load(w)
	if err != nil {
		t.Fatal(err)
	}
	one := &cases.Case{ID: "C-0000000000", Values: values}
	for _, c := range all {
		one.Threads = append(one.Threads, c.Threads...)
	}
	return []*cases.Case{one}
}

// What reviewers coded goes along only where it may: of the case where all of its
// sources allow it, of a source where that source does, without notes, names and keys,
// and no field that is between reviewers.
func TestCodingIsFiltered(t *testing.T) {
	w := newWorkspace(t, []*synthetic.Case{{Threads: []*synthetic.Thread{
		thread(1, testimony.Testimony{Kind: testimony.First, Answers: answers()}),
		thread(2, testimony.Testimony{Kind: testimony.First, Answers: map[string]string{"narrative": "w", "share_national": "yes"}}),
	}}})
	one, two, person := fmt.Sprintf("%032x", 1), fmt.Sprintf("%032x", 2), "C-0000000000"
	value := func(subject, field, value string) cases.Value {
		return cases.Value{Subject: subject, Field: field, Value: value, Note: "NOTE", By: "KEY", Name: "NAME", Day: "2026-11-21", Entry: "ENTRY"}
	}
	all := joined(t, w,
		value(person, "legal", "torture"), value(one, "legal", "incommunicado"), value(two, "legal", "death_sentence"),
		value(one, "note", "text"), value(one, "secret", "cleared"), value(one, "case", person), value(one, "not."+two, "other"),
		value(one, "withhold", "coi"), value(one, "strange", "free words of a reviewer"),
		value(one, "fact.fate", "released"), value(one, "fact.unit", "words of a unit"), value(one, "fact.his_name", "Ahmad"), value(one, "fact.never_publish", "x"),
		value(one, "fact.decree", "ld18_2018,ld20_2019"), value(one, "fact.arrest_date", "2018-07/2018-09"), value(two, "fact.fate", "missing"))
	fields := func(use consent.Use) (got []string) {
		s, err := Make(t.Context(), w, all, use, Options{Names: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range s.Cases[0].Values {
			if use != consent.Own && v.Note+v.By+v.Name+v.Entry != "" || use.Public() && v.Day != "" {
				t.Errorf("%s: %+v", use, v)
			}
			got = append(got, v.Subject[len(v.Subject)-1:]+" "+v.Field)
		}
		return got
	}
	for use, want := range map[consent.Use][]string{
		consent.Numbers:  {"1 legal", "1 fact.fate", "1 fact.decree", "1 fact.arrest_date"},
		consent.Report:   {"1 legal", "1 fact.fate", "1 fact.unit", "1 fact.decree", "1 fact.arrest_date"},
		consent.National: {"0 legal", "1 legal", "2 legal", "1 fact.fate", "1 fact.unit", "1 fact.decree", "1 fact.arrest_date", "2 fact.fate"},
	} {
		if got := fields(use); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", use, got, want)
		}
	}
	if got := fields(consent.Own); len(got) != len(all[0].Values) {
		t.Errorf("own: %v", got)
	}
}

// Clearing counts if every reviewer who coded it agrees and nothing came since; taking
// back by coding counts for what it names.
func TestClearedAndWithheld(t *testing.T) {
	w := newWorkspace(t, []*synthetic.Case{{Threads: []*synthetic.Thread{
		thread(1, testimony.Testimony{Kind: testimony.First, Answers: answers("never_publish", "x")}),
	}}})
	id, person := fmt.Sprintf("%032x", 1), "C-0000000000"
	ref, _, err := w.Ref(fmt.Sprintf("%032x", 1000))
	if err != nil {
		t.Fatal(err)
	}
	code := func(subject, field, value, day string) cases.Value {
		return cases.Value{Subject: subject, Field: field, Value: value, Day: day}
	}
	const before, after = "2000-01-01", "2099-01-01"
	for name, test := range map[string]struct {
		values []cases.Value
		want   []consent.Use
	}{
		"not coded":                   {nil, []consent.Use{consent.Numbers}},
		"cleared":                     {[]cases.Value{code(id, "secret", "cleared", after)}, []consent.Use{consent.Numbers, consent.Report, consent.National}},
		"cleared on the day":          {[]cases.Value{code(id, "secret", "cleared", ref.Opened)}, []consent.Use{consent.Numbers, consent.Report, consent.National}},
		"more came since":             {[]cases.Value{code(id, "secret", "cleared", before)}, []consent.Use{consent.Numbers}},
		"kept":                        {[]cases.Value{code(id, "secret", "kept", after)}, []consent.Use{consent.Numbers}},
		"two differ":                  {[]cases.Value{code(id, "secret", "cleared", after), code(id, "secret", "kept", after)}, []consent.Use{consent.Numbers}},
		"cleared of the case":         {[]cases.Value{code(person, "secret", "cleared", after)}, []consent.Use{consent.Numbers}},
		"cleared of another":          {[]cases.Value{code(fmt.Sprintf("%032x", 2), "secret", "cleared", after)}, []consent.Use{consent.Numbers}},
		"the report is withheld":      {[]cases.Value{code(id, "secret", "cleared", after), code(id, "withhold", "report", after)}, []consent.Use{consent.Numbers, consent.National}},
		"a code that nobody knows":    {[]cases.Value{code(id, "secret", "cleared", after), code(id, "withhold", "coi,tomorrow", after)}, nil},
		"unknown of the case":         {[]cases.Value{code(id, "secret", "cleared", after), code(person, "withhold", "tomorrow", after)}, nil},
		"one took it back":            {[]cases.Value{code(id, "secret", "cleared", after), code(id, "withhold", "", after), code(id, "withhold", "report", after)}, []consent.Use{consent.Numbers, consent.National}},
		"kept by who does not count":  {[]cases.Value{code(id, "secret", "cleared", after), {Subject: id, Field: "secret", Value: "kept", Day: after, Holds: cases.WhyStranger}}, []consent.Use{consent.Numbers}},
		"withheld of the case":        {[]cases.Value{code(person, "withhold", "numbers", after)}, nil},
		"two withhold different uses": {[]cases.Value{code(id, "secret", "cleared", after), code(id, "withhold", "national", after), code(id, "withhold", "report,coi", after)}, []consent.Use{consent.Numbers}},
	} {
		var got []consent.Use
		for _, use := range consent.Uses[1:] {
			s, err := Make(t.Context(), w, joined(t, w, test.values...), use, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Cases) > 0 {
				got = append(got, use)
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// His name goes only where a use has names, the reviewer asks, and nobody who spoke of
// him wants something kept secret.
func TestNames(t *testing.T) {
	page := testimony.Testimony{Kind: testimony.Name, Answers: map[string]string{"his_name": "NAMED"}}
	said := testimony.Testimony{Kind: testimony.First, Answers: answers("his_name", "IN THE FORM")}
	quiet := newWorkspace(t, []*synthetic.Case{{Threads: []*synthetic.Thread{thread(1, said, page)}}})
	secret := newWorkspace(t, []*synthetic.Case{{Threads: []*synthetic.Thread{thread(1, said, page),
		thread(2, testimony.Testimony{Kind: testimony.First, Answers: answers("never_publish", "his name")})}}})
	for _, test := range []struct {
		w     *workspace.Workspace
		use   consent.Use
		names bool
		want  bool
	}{
		{quiet, consent.Own, false, true}, {quiet, consent.National, true, true}, {quiet, consent.National, false, false},
		{quiet, consent.Report, true, false}, {quiet, consent.Numbers, true, false}, {secret, consent.National, true, false}, {secret, consent.Own, true, true},
	} {
		s, err := Make(t.Context(), test.w, joined(t, test.w), test.use, Options{Names: test.names})
		if err != nil {
			t.Fatal(err)
		}
		text := everything(t, s)
		if got := strings.Contains(text, "NAMED"); got != test.want {
			t.Errorf("%s, asked %v: %v", test.use, test.names, got)
		}
		if strings.Contains(text, "IN THE FORM") != (test.use == consent.Own) {
			t.Errorf("%s: a name that stands where none is asked", test.use)
		}
	}
}

// everything returns all that a selection gives, as one text.
func everything(t *testing.T, s *Selection) string {
	t.Helper()
	var all []any
	for _, c := range s.Cases {
		all = append(all, c)
		for _, th := range c.Threads {
			for _, ref := range th.Refs {
				one, err := s.Testimony(ref)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, one)
			}
		}
	}
	data, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// What is between a source and the reviewers, and what could find a source, is in
// nothing that others see; into what anybody reads goes neither a day nor a hash, and
// into numbers no word.
func TestOursStaysOurs(t *testing.T) {
	said := testimony.Testimony{Kind: testimony.First, Answers: answers("never_publish", "  ", "contact_wish", "ZZcode", "risk", "ZZme", "family_agrees", "ZZagrees",
		"unit", "ZZunit", "strange", "ZZstrange", "fate", "ZZ not a code", "arrest_date", "ZZ not a date"),
		Choices: map[string][]string{"told_before": {"zz_un"}, "share_un": {"wgeid"}},
		Reply:   &testimony.Reply{Mailbox: "ZZbox", Recipient: "ZZrecipient"}}
	th := thread(1, said, testimony.Testimony{Kind: testimony.Fetched})
	th.Envelopes[0].Files = []synthetic.File{{Name: "ZZname.jpg", Type: "image/ZZtype", Data: func() []byte { return []byte("x") }}}
	w := newWorkspace(t, []*synthetic.Case{{Threads: []*synthetic.Thread{th}}})
	all := joined(t, w)
	all[0].Threads[0].Refs[0].Notes = []string{"ZZnote"}
	all[0].Threads[0].Refs[0].Files = []workspace.File{{Entry: "files/001.jpg", Size: 1025, SHA256: "ZZhash"}}
	for use, want := range map[consent.Use][]string{
		consent.Numbers: nil, consent.Report: {"ZZunit", "ZZstrange", "ZZ not a code", "ZZ not a date"},
		consent.National: {"ZZunit", "ZZstrange", "ZZ not a code", "ZZ not a date", "ZZhash", "2026-11-20"},
		consent.WGEID:    {"ZZagrees", "ZZunit", "ZZstrange", "ZZ not a code", "ZZ not a date", "ZZhash", "2026-11-20"},
	} {
		s, err := Make(t.Context(), w, all, use, Options{Names: true})
		if err != nil {
			t.Fatal(err)
		}
		text := everything(t, s)
		for _, word := range []string{"ZZcode", "ZZme", "ZZagrees", "zz_un", "ZZbox", "ZZrecipient", "ZZname", "ZZtype", "ZZunit", "ZZstrange", "ZZ not a code", "ZZ not a date", "ZZnote", "ZZhash", "2026-11-20", "fetched\",", "details", "1025"} {
			if word == "1025" {
				if strings.Contains(text, word) && use.Public() {
					t.Errorf("%s: the exact size of a file", use)
				}
				continue
			}
			if strings.Contains(text, word) != slices.Contains(want, word) {
				t.Errorf("%s: %q is there: %v", use, word, strings.Contains(text, word))
			}
		}
		ref := s.Cases[0].Threads[0].Refs[0]
		if _, err := s.Document(ref); err == nil {
			t.Errorf("%s: the whole document", use)
		}
		if _, err := s.Original(ref); err == nil {
			t.Errorf("%s: the original", use)
		}
		if _, err := s.Permissions(all[0], all[0].Threads[0]); err == nil {
			t.Errorf("%s: what else was allowed", use)
		}
		if err := s.File(t.Context(), ref, 0, new(bytes.Buffer)); use == consent.Numbers && err == nil {
			t.Errorf("%s: a file", use)
		}
		if _, err := s.Testimony(workspace.Ref{ID: fmt.Sprintf("%032x", 1001)}); err == nil {
			t.Errorf("%s: the note of when they came back", use)
		}
	}
}

// Every use but the reviewers' own can be withheld, under the code that the codebook
// has for it.
func TestWithholdIsInTheCodebook(t *testing.T) {
	f := cases.Book().Field(FieldWithhold)
	if f == nil {
		t.Fatal("there is no such field")
	}
	for _, use := range consent.Uses[1:] {
		if f.Entry(strings.ReplaceAll(string(use), "-", "_")) == nil {
			t.Errorf("%s cannot be withheld", use)
		}
	}
	if len(f.Codes) != len(consent.Uses)-1 {
		t.Errorf("%d codes", len(f.Codes))
	}
}

// What was coded of a case while a source was of it who allows less stays out, also when
// that source is linked elsewhere since or is not here; what was withheld of it stays so.
func TestCodingOfFormerCases(t *testing.T) {
	w := newWorkspace(t, []*synthetic.Case{{Threads: []*synthetic.Thread{
		thread(1, testimony.Testimony{Kind: testimony.First, Answers: answers()}),
		thread(2, testimony.Testimony{Kind: testimony.First, Answers: map[string]string{"share_national": "yes"}}),
		thread(3, testimony.Testimony{Kind: testimony.First, Answers: answers()}),
	}}})
	all, err := cases.Load(w)
	if err != nil {
		t.Fatal(err)
	}
	id := func(n int) string { return fmt.Sprintf("%032x", n) }
	i := slices.IndexFunc(all, func(c *cases.Case) bool { return c.Threads[0].ID == id(1) })
	one := all[i]
	for name, test := range map[string]struct {
		rests []string
		want  int
	}{
		"alone": {[]string{id(1)}, 1}, "with one who refused": {[]string{id(1), id(2)}, 0}, "with one who is not here": {[]string{id(1), id(9)}, 0},
	} {
		one.Values = []cases.Value{{Subject: one.ID, Field: "fact.fate", Value: "released", Rests: test.rests}}
		s, err := Make(t.Context(), w, all, consent.Report, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Cases[slices.IndexFunc(s.Cases, func(c *cases.Case) bool { return c.ID == one.ID })].Values; len(got) != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	one.Values = []cases.Value{{Subject: one.ID, Field: FieldWithhold, Value: "report", Rests: []string{id(1), id(3)}}}
	s, err := Make(t.Context(), w, all, consent.Report, Options{})
	if err != nil || len(s.Cases) != 0 {
		t.Errorf("withheld while it was of the case: %v, %v", s.Cases, err)
	}
}

// What came on the day on which a testimony was cleared, and nobody has looked at, takes
// the clearing back.
func TestClearedBeforeMoreCame(t *testing.T) {
	w := newWorkspace(t, []*synthetic.Case{{Threads: []*synthetic.Thread{thread(1,
		testimony.Testimony{Kind: testimony.First, Answers: answers("never_publish", "x")},
		testimony.Testimony{Kind: testimony.Addition, Answers: map[string]string{"narrative": "x"}}),
	}}})
	ref, _, err := w.Ref(fmt.Sprintf("%032x", 1001))
	if err != nil {
		t.Fatal(err)
	}
	all := joined(t, w, cases.Value{Subject: fmt.Sprintf("%032x", 1), Field: "secret", Value: "cleared", Day: ref.Opened})
	for _, fresh := range []bool{true, false} {
		writes := workspace.Looked(ref.ID)
		if fresh {
			writes = []workspace.Write{{Shelf: "new", Key: ref.ID, Value: []byte(ref.Thread)}}
		}
		if err := w.Put(writes...); err != nil {
			t.Fatal(err)
		}
		s, err := Make(t.Context(), w, all, consent.Report, Options{})
		if err != nil || (len(s.Cases) == 0) != fresh {
			t.Errorf("new %v: %d cases, %v", fresh, len(s.Cases), err)
		}
	}
}
