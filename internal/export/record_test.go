package export

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/selection"
	"amana/internal/synthetic"
	"amana/internal/testimony"
	"amana/internal/workspace"
)

// What is printed of a case for a court abroad has the one source that allowed it, under
// a code, and what came to the reviewers of it; and nothing of the source beside it, of
// when they came back to read, of the page of his name, or of who else was given it.
func TestRecordForACourt(t *testing.T) {
	id := func(c string) string { return strings.Repeat(c, 32) }
	part := func(n, thread string, kind testimony.Kind, day, court string) *synthetic.Envelope {
		e := &synthetic.Envelope{ID: id(n), Testimony: testimony.Testimony{Schema: testimony.Schema, Kind: kind, Thread: id(thread), Language: "ar",
			Received: day, Answers: map[string]string{}, Choices: map[string][]string{}, Files: []testimony.File{}, Fetched: []string{}}}
		if court != "" {
			e.Testimony.Choices["share_court"] = []string{court}
		}
		return e
	}
	d := newDesk(t, false, []*synthetic.Case{{Threads: []*synthetic.Thread{
		{ID: id("a"), Envelopes: []*synthetic.Envelope{
			part("1", "a", testimony.First, "2026-11-01", "abroad"),
			part("2", "a", testimony.Name, "2026-11-02", ""),
			part("3", "a", testimony.Fetched, "2026-11-03", ""),
			part("4", "a", testimony.Addition, "2026-11-04", ""),
		}},
		{ID: id("b"), Envelopes: []*synthetic.Envelope{part("5", "b", testimony.First, "2026-11-05", "syrian")}},
	}}})
	var refs []workspace.Ref
	sums := make(map[string]string) // by id
	for r, err := range d.Refs() {
		if err != nil {
			t.Fatal(err)
		}
		refs, sums[r.ID] = append(refs, r), r.SHA256
	}
	all, err := cases.Load(d.Workspace)
	if err != nil {
		t.Fatal(err)
	}
	events := custody.Arrived(custody.Arrival{Made: "2026-11-06", Bundle: strings.Repeat("e", 64)}, refs, make([]string, len(refs)))
	events = append(events,
		custody.Event{Act: custody.Carried, Purpose: "and-back", Subjects: []custody.Subject{{Thread: id("a"), Detail: "reply " + id("6")}}},
		custody.Event{Act: custody.Exported, Purpose: "for-others", Recipient: "another-recipient", Subjects: []custody.Subject{{Thread: id("a")}, {Testimony: id("1")}}},
		custody.Event{Act: custody.Viewed, Subjects: custody.OfRefs(refs...)})
	if err := d.log.Add(events...); err != nil {
		t.Fatal(err)
	}
	tell := func(use consent.Use, refs []workspace.Ref) (*custody.Story, error) {
		sel, err := selection.Make(t.Context(), d.Workspace, all, use, selection.Options{})
		if err != nil {
			t.Fatal(err)
		}
		story, threads, err := Record(d.log, sel, refs)
		if err == nil && len(threads) != 1 {
			t.Errorf("%d threads", len(threads))
		}
		return story, err
	}
	story, err := tell(consent.CourtAbroad, refs)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"ar", "en"} {
		var page, text bytes.Buffer
		if err := errors.Join(story.HTML(&page, lang), story.Text(&text, lang)); err != nil {
			t.Fatal(err)
		}
		for what, got := range map[string]string{"page": page.String(), "text": text.String()} {
			for _, not := range []string{id("a"), id("b"), id("1"), id("2"), id("3"), id("4"), id("5"), id("6"), sums[id("2")], sums[id("3")], sums[id("5")], SourceCode(id("b")), "2026-11-02", "2026-11-03", "2026-11-05",
				"another-recipient", "for-others", "reply", "and-back", d.key.VerifierKey(), "fetched", ">name<", "(name)"} {
				if strings.Contains(got, not) {
					t.Errorf("%s in %s has %s", what, lang, not)
				}
			}
			for _, want := range []string{SourceCode(id("a")), "2026-11-01", "2026-11-04", strings.Repeat("e", 64), sums[id("1")], sums[id("4")], consent.CourtAbroad.In(lang)} {
				if !strings.Contains(got, want) {
					t.Errorf("%s in %s has no %s", what, lang, want)
				}
			}
		}
		if mark := consent.CourtAbroad.In(lang); !strings.Contains(strings.SplitN(text.String(), "\n", 2)[0], mark) || strings.Count(page.String(), mark) < 2 {
			t.Errorf("%s: not on the first line, or not on every sheet", lang)
		}
	}
	if _, err := tell(consent.CourtInternational, refs); !errors.Is(err, ErrNothing) {
		t.Errorf("nobody allowed it: %v", err)
	}
	for _, r := range refs {
		story, err := tell(consent.CourtAbroad, []workspace.Ref{r})
		if may := r.ID == id("1") || r.ID == id("4"); may != (err == nil) || err != nil && !errors.Is(err, ErrNothing) {
			t.Errorf("%s alone: %v", r.Kind, err)
		} else if may && (len(story.Originals) != 1 || len(story.Steps) != 5 || len(story.Steps[0].Own) != 1) {
			t.Errorf("%s alone: %d, %d steps", r.Kind, len(story.Originals), len(story.Steps))
		}
	}
	for _, use := range []consent.Use{consent.Own, consent.Report, consent.Numbers} {
		if _, err := tell(use, refs); !errors.Is(err, ErrUse) {
			t.Errorf("%s: %v", use, err)
		}
	}
	link, err := d.Shelf("custody").Get("00000007") // of the export to others
	if err != nil || !bytes.Contains(link, []byte("for-others")) {
		t.Fatalf("%q, %v", link, err)
	}
	if err := d.Shelf("custody").Put("00000007", bytes.Replace(link, []byte("for-others"), []byte("for-nobody"), 1)); err != nil {
		t.Fatal(err)
	}
	if _, err := tell(consent.CourtAbroad, refs); !errors.Is(err, custody.ErrBroken) {
		t.Errorf("a broken record: %v", err)
	}
}
