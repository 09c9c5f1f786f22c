package selection

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/synthetic"
	"amana/internal/testimony"
	"amana/internal/workspace"

	"filippo.io/age"
)

func newWorkspace(t testing.TB, all []*synthetic.Case) *workspace.Workspace {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Create(filepath.Join(t.TempDir(), "work"), []*age.HybridIdentity{id})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if err := synthetic.FillFast(t.Context(), w, all); err != nil {
		t.Fatal(err)
	}
	return w
}

// allowed says from the answers alone whether a use is allowed: the rules once more, in
// another way than package consent has them.
func allowed(use consent.Use, th *synthetic.Thread) bool {
	if th.Withdrawn {
		return false
	}
	said := th.Envelopes[0].Testimony
	if strings.TrimSpace(said.Answers["never_publish"]) != "" && use != consent.Numbers {
		return false
	}
	only := func(key string, code string, good ...string) bool {
		for _, c := range said.Choices[key] {
			if !slices.Contains(good, c) {
				return false
			}
		}
		return slices.Contains(said.Choices[key], code)
	}
	un := []string{"wgeid", "iimp", "iiim", "coi"}
	courts := []string{"abroad", "international", "syrian"}
	switch use {
	case consent.Numbers:
		return said.Answers["use_report"] == "details" || said.Answers["use_report"] == "numbers"
	case consent.Report:
		return said.Answers["use_report"] == "details"
	case consent.National:
		return said.Answers["share_national"] == "yes"
	case consent.CourtAbroad:
		return only("share_court", "abroad", courts...)
	case consent.CourtInternational:
		return only("share_court", "international", courts...)
	case consent.CourtSyrian:
		return only("share_court", "syrian", courts...)
	}
	return only("share_un", string(use), un...)
}

// Every way in which a source can answer, against every use.
func TestEveryCombination(t *testing.T) {
	counts := make(map[consent.Use]int)
	made := synthetic.Make(31, synthetic.Consents, synthetic.Options{EveryConsent: true, Alone: true})
	for _, c := range made {
		th := c.Threads[0]
		var all []*testimony.Testimony
		for _, e := range th.Envelopes {
			all = append(all, &e.Testimony)
		}
		p := consent.Of(all, false)
		for _, use := range consent.Uses[1:] {
			if p.Allows(use) != allowed(use, th) {
				t.Errorf("%s: %v %v: %v", use, th.Envelopes[0].Testimony.Answers, th.Envelopes[0].Testimony.Choices, p.Allows(use))
			}
			if p.Allows(use) {
				counts[use]++
			}
		}
	}
	for _, use := range consent.Uses[1:] {
		if n := counts[use]; n < len(made)/100 || n > len(made)/2 {
			t.Errorf("%s: %d of %d", use, n, len(made))
		}
	}
}

// What is behind the gate is what was allowed: no thread less and none more.
func TestGate(t *testing.T) {
	made := synthetic.Make(32, 400, synthetic.Options{EveryConsent: true})
	w := newWorkspace(t, made)
	all, err := cases.Load(w)
	if err != nil {
		t.Fatal(err)
	}
	for _, use := range consent.Uses {
		s, err := Make(t.Context(), w, all, use, Options{})
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		for _, c := range s.Cases {
			for _, th := range c.Threads {
				seen[th.ID] = true
			}
		}
		want := 0
		for _, c := range made {
			for _, th := range c.Threads {
				may := use == consent.Own || allowed(use, th)
				if may {
					want++
				}
				if may != seen[th.ID] {
					t.Errorf("%s: %v %v: %v", use, th.Envelopes[0].Testimony.Answers, th.Envelopes[0].Testimony.Choices, seen[th.ID])
				}
				for _, e := range th.Envelopes {
					kept := may && (use == consent.Own || e.Testimony.Kind == testimony.First || e.Testimony.Kind == testimony.Addition)
					if s.Sees(e.ID) != kept {
						t.Errorf("%s: sees an envelope of kind %s: %v", use, e.Testimony.Kind, s.Sees(e.ID))
					}
				}
			}
		}
		if want == 0 || len(s.Cases)+s.LeftOut.Cases != len(all) || want != len(seen) {
			t.Errorf("%s: %d of %d", use, want, len(made))
		}
	}
}
