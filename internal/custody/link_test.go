package custody

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// whole returns a link that has everything.
func whole() *Link {
	return &Link{Number: 7, Before: strings.Repeat("ab", 32), Day: "2026-11-27", By: "Layla ليلى", Key: "amana-reviewer+1a2b3c4d+AZ",
		Event: Event{Act: Exported, Purpose: "for the commission", Recipient: "الهيئة", Detail: "json", Subjects: []Subject{
			{Testimony: strings.Repeat("1", 32), Hash: strings.Repeat("c", 64)},
			{Thread: strings.Repeat("2", 32), Detail: "with a detail of words"},
			{Case: "C-0123456789"},
		}}, Signature: "AAAA"}
}

func TestParseLink(t *testing.T) {
	want := whole()
	got, err := ParseLink(want.record())
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%+v %v", got, err)
	}
	dash := whole()
	dash.By = "-" // a name that rosters can hold
	if got, err := ParseLink(dash.record()); err != nil || got.By != "-" {
		t.Errorf("%+v %v", got, err)
	}
	text := string(want.record())
	for name, c := range map[string][2]string{
		"version":           {"custody 1\n", "custody 2\n"},
		"number with zero":  {"link 7", "link 07"},
		"number with sign":  {"link 7", "link +7"},
		"day":               {"2026-11-27", "2026-11-31"},
		"act":               {"act exported", "act invented"},
		"nobody":            {"by Layla ليلى", "by "},
		"empty for dash":    {"purpose for the commission", "purpose "},
		"more subjects":     {"subjects 3", "subjects 4"},
		"fewer subjects":    {"subjects 3", "subjects 2"},
		"many subjects":     {"subjects 3", "subjects 2000000000"},
		"short id":          {strings.Repeat("1", 32), strings.Repeat("1", 31)},
		"hash in capitals":  {strings.Repeat("c", 64), strings.Repeat("C", 64)},
		"empty subject":     {"- - C-0123456789 - -", "- - - - -"},
		"control character": {"detail json", "detail js\x1bon"},
		"turned":            {"detail json", "detail js\u202eon"},
		"return":            {"detail json", "detail json\r"},
		"not UTF-8":         {"detail json", "detail js\xffon"},
		"space around":      {"detail json", "detail  json"},
		"end of line":       {"signature AAAA\n", "signature AAAA"},
		"a line more":       {"signature AAAA\n", "signature AAAA\nx\n"},
		"lines exchanged":   {"act exported\npurpose", "purpose"},
		"too long a text":   {"detail json", "detail " + strings.Repeat("x", MaxText+1)},
	} {
		if !strings.Contains(text, c[0]) {
			t.Fatalf("%s: the text to change is not there", name)
		}
		if _, err := ParseLink([]byte(strings.Replace(text, c[0], c[1], 1))); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a person gives as a reason becomes one line; what no link can hold is refused,
// and nothing of it is kept.
func TestEvents(t *testing.T) {
	p := makePlace(t, 1)
	before, err := p.log.Head()
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range map[string]Event{
		"no act":      {},
		"another act": {Act: "eaten"},
		"too long":    {Act: Viewed, Purpose: strings.Repeat("x", MaxText+1)},
		"bad id":      {Act: Viewed, Subjects: of("../x")},
		"empty":       {Act: Viewed, Subjects: []Subject{{}}},
		"bad case":    {Act: Viewed, Subjects: []Subject{{Case: "C-\n"}}},
	} {
		if err := p.log.Add(Event{Act: Viewed}, e); !errors.Is(err, ErrEvent) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if h, err := p.log.Head(); err != nil || h != before {
		t.Errorf("%v %v", h, err)
	}
	if err := p.log.Add(Event{Act: Viewed, Purpose: " \u202bto\tread\r\nit\x00\xff ", Recipient: "-"}); err != nil {
		t.Fatal(err)
	}
	l, err := p.log.link(before.Number + 1)
	if err != nil || l.Purpose != "to read it" || l.Recipient != "" {
		t.Errorf("%+v %v", l, err)
	}
}

// Ten thousand testimonies cost few links, each with no more subjects than it may have.
func TestManySubjects(t *testing.T) {
	p := makePlace(t, 1)
	before, err := p.log.Head()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range 10_000 {
		ids = append(ids, fmt.Sprintf("%032x", i))
	}
	if err := p.log.Add(Event{Act: Viewed, Subjects: of(ids...)}); err != nil {
		t.Fatal(err)
	}
	seen, links := 0, 0
	for l, err := range p.log.Links() {
		if err != nil {
			t.Fatal(err)
		}
		if l.Number > before.Number {
			links++
			seen += len(l.Subjects)
		}
	}
	if seen != len(ids) || links != len(ids)/MaxSubjects {
		t.Errorf("%d subjects in %d links", seen, links)
	}
	if _, faults, err := p.log.Chain(); len(faults) > 0 || err != nil {
		t.Errorf("%v %v", faults, err)
	}
}
