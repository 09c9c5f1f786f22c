package synthetic

import (
	"bytes"
	"encoding/json"
	"io"
	"iter"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"amana/internal/edtf"
	"amana/internal/questionnaire"
	"amana/internal/testimony"
	"amana/internal/workspace"

	"filippo.io/age"
)

// of says what an envelope is of.
type of struct {
	c  *Case
	th *Thread
}

// each yields every envelope of cases.
func each(all []*Case) iter.Seq2[of, *Envelope] {
	return func(yield func(of, *Envelope) bool) {
		for _, c := range all {
			for _, th := range c.Threads {
				for _, e := range th.Envelopes {
					if !yield(of{c, th}, e) {
						return
					}
				}
			}
		}
	}
}

// The same seed gives the same bytes, and another other ones; more cases leave those
// before as they were.
func TestSameSeedSameCases(t *testing.T) {
	text := func(seed uint64, n int) string {
		var all bytes.Buffer
		for o, e := range each(Make(seed, n, Options{Files: true, Probes: 1})[:20]) {
			data, err := json.Marshal(struct {
				Truth Truth
				ID    string
				Said  testimony.Testimony
			}{o.c.Truth, e.ID, e.Testimony})
			if err != nil {
				t.Fatal(err)
			}
			all.Write(data)
			for _, f := range e.Files {
				all.WriteString(f.Name)
				all.Write(f.Data())
			}
		}
		return all.String()
	}
	if text(1, 20) != text(1, 30) {
		t.Error("the same seed gave other cases")
	}
	if text(1, 20) == text(2, 20) {
		t.Error("another seed gave the same cases")
	}
}

// What is made could have come through the form: every code is in its list, every date
// is one, and sealing takes it.
func TestEverythingIsOfTheForm(t *testing.T) {
	q := questionnaire.Builtin()
	for _, o := range []Options{{Probes: 2}, {EveryConsent: true, Marks: true}} {
		for _, e := range each(Make(3, 1_500, o)) {
			said := e.Testimony
			if err := said.Check(); err != nil {
				t.Fatalf("%s: %v", e.ID, err)
			}
			for key, value := range said.Answers {
				question, _ := q.Find(key)
				switch {
				case question == nil:
					t.Errorf("no question %s", key)
				case question.Type == questionnaire.TypeOne && q.Lists[question.List].Entry(value) == nil:
					t.Errorf("%s has no code %s", question.List, value)
				case question.Type == questionnaire.TypeDate:
					if _, err := edtf.Parse(value); err != nil {
						t.Errorf("%s is %s: %v", key, value, err)
					}
				case question.Type == questionnaire.TypeMany || question.Type == questionnaire.TypeFiles:
					t.Errorf("%s has one answer", key)
				}
			}
			for key, codes := range said.Choices {
				question, _ := q.Find(key)
				if question == nil || question.Type != questionnaire.TypeMany {
					t.Fatalf("%s is not chosen from a list", key)
				}
				for _, code := range codes {
					if q.Lists[question.List].Entry(code) == nil {
						t.Errorf("%s has no code %s", question.List, code)
					}
				}
			}
			if t.Failed() {
				t.FailNow()
			}
		}
	}
}

// Unless a source was made to err, what they say of a day is true of it.
func TestTruthIsTrue(t *testing.T) {
	mistaken, dates := 0, 0
	for o, e := range each(Make(4, 800, Options{})) {
		for key, on := range o.c.Truth.Days {
			said := e.Testimony.Answers[key]
			if said == "" {
				continue
			}
			dates++
			d, err := edtf.Parse(said)
			if err != nil {
				t.Fatal(err)
			}
			first, last := d.Range()
			right := first == "" || first <= on && on <= last
			if wrong := slices.Contains(o.th.Mistaken, key); wrong == right {
				t.Errorf("%s is %s, and was %s (mistaken: %v)", key, said, on, wrong)
			} else if wrong {
				mistaken++
			}
		}
	}
	if mistaken == 0 || mistaken > dates/10 {
		t.Errorf("%d of %d dates are mistaken", mistaken, dates)
	}
}

// Few sources with every way to allow see many of them, and enough see all.
func TestEveryConsent(t *testing.T) {
	seen := make(map[string]bool)
	for way := range Consents {
		m := &maker{Rand: rand.New(rand.NewPCG(1, 1))}
		said := m.envelope(testimony.First, m.hex(16), "en", firstReceived).Testimony
		m.allowed(&said, way)
		delete(said.Answers, "family_agrees")
		delete(said.Answers, "risk")
		if said.Answers["never_publish"] != "" {
			said.Answers["never_publish"] = "x"
		}
		data, _ := json.Marshal([]any{said.Answers, said.Choices})
		seen[string(data)] = true
	}
	if len(seen) != Consents {
		t.Errorf("%d of %d ways", len(seen), Consents)
	}
}

// A workspace that is filled holds what was made, and its originals open.
func TestFill(t *testing.T) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	ids := []*age.HybridIdentity{id}
	w, err := workspace.Create(filepath.Join(t.TempDir(), "work"), ids)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	all := Make(5, 12, Options{Files: true})
	if err := Fill(t.Context(), w, ids, all[:6]); err != nil {
		t.Fatal(err)
	}
	if err := FillFast(t.Context(), w, all[6:]); err != nil {
		t.Fatal(err)
	}
	for o, e := range each(all) {
		ref, found, err := w.Ref(e.ID)
		if err != nil || !found || ref.Thread != o.th.ID {
			t.Fatalf("%s: %+v %v %v", e.ID, ref, found, err)
		}
		if _, err := w.Testimony(e.ID); err != nil {
			t.Error(err)
		}
	}
	for _, e := range each(all[:6]) {
		envelope, file, err := w.Envelope(e.ID)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range e.Files {
			var got bytes.Buffer
			if err := envelope.Extract(t.Context(), i, io.Writer(&got)); err != nil || !bytes.Equal(got.Bytes(), f.Data()) {
				t.Errorf("file %d of %s: %v", i, e.ID, err)
			}
		}
		file.Close()
	}
}
