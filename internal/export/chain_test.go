package export

import (
	"strings"
	"testing"

	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/workspace"

	"amana/internal/synthetic"
	"amana/internal/testimony"
)

// The record that goes to a recipient tells of what leaves, and of nothing else of the
// same source: not when they came back to read, that they were answered, or that there
// is a page of his name.
func TestChainOfOthersParts(t *testing.T) {
	id := func(c string) string { return strings.Repeat(c, 32) }
	part := func(n string, kind testimony.Kind, day string, answers map[string]string) *synthetic.Envelope {
		return &synthetic.Envelope{ID: id(n), Testimony: testimony.Testimony{Schema: testimony.Schema, Kind: kind, Thread: id("a"), Language: "ar",
			Received: day, Answers: answers, Choices: map[string][]string{}, Files: []testimony.File{}, Fetched: []string{}}}
	}
	d := newDesk(t, false, []*synthetic.Case{{Threads: []*synthetic.Thread{{ID: id("a"), Envelopes: []*synthetic.Envelope{
		part("1", testimony.First, "2026-11-01", map[string]string{"share_national": "yes"}),
		part("2", testimony.Name, "2026-11-02", map[string]string{"his_name": "x"}),
		part("3", testimony.Fetched, "2026-11-03", map[string]string{}),
	}}}}})
	var refs []workspace.Ref
	for r, err := range d.Refs() {
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, r)
	}
	events := custody.Arrived(custody.Arrival{Made: "2026-11-04"}, refs, make([]string, len(refs)))
	events = append(events, custody.Event{Act: custody.Carried, Subjects: []custody.Subject{{Thread: id("a"), Detail: "reply " + id("4")}}})
	if err := d.log.Add(events...); err != nil {
		t.Fatal(err)
	}
	for format, name := range map[Format]string{JSON: "custody.jsonl", CSV: "custody.csv"} {
		path, _ := d.export(t, format, consent.National, false, false)
		got := string(read(t, path, name))
		for _, not := range []string{"2026-11-02", "2026-11-03", "reply"} {
			if strings.Contains(got, not) {
				t.Errorf("%s tells of %s", name, not)
			}
		}
		if !strings.Contains(got, "2026-11-01") {
			t.Errorf("%s does not tell of what leaves", name)
		}
	}
}

// An answer that is longer than a buffer is written as any other, in every format.
func TestLongAnswer(t *testing.T) {
	id := strings.Repeat("a", 32)
	long := strings.Repeat("long ", 60_000) + "."
	d := newDesk(t, false, []*synthetic.Case{{Threads: []*synthetic.Thread{{ID: id, Envelopes: []*synthetic.Envelope{{ID: id, Testimony: testimony.Testimony{
		Schema: testimony.Schema, Kind: testimony.First, Thread: id, Language: "ar", Received: "2026-11-01",
		Answers: map[string]string{"share_national": "yes", "narrative": long}, Choices: map[string][]string{}, Files: []testimony.File{}, Fetched: []string{},
	}}}}}}})
	for format, name := range map[Format]string{JSON: "cases.jsonl", CSV: "answers.csv", Uwazi: "uwazi.zip", FtM: "entities.ftm.json"} {
		path, _ := d.export(t, format, consent.National, false, false)
		if (format == JSON || format == CSV) && !strings.Contains(string(read(t, path, name)), long) {
			t.Errorf("%s: the answer is not in it", format)
		}
	}
}
