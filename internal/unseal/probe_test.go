package unseal

import (
	"errors"
	"testing"

	"amana/internal/testimony"
)

// newProbe returns a harmless probe of the operator's.
func newProbe(files ...[]byte) *sample {
	s := newSample(files...)
	s.testimony.Schema, s.testimony.Kind = testimony.Schema3, testimony.Probe
	return s
}

// A probe is of a schema of its own, which has room for a text and nothing else: a
// source's files, name or wish for a reply cannot be set aside by calling it one.
func TestP7ProbeHoldsATextAlone(t *testing.T) {
	e, _, err := openAll(sealBytes(t, newProbe().zip(t)), testIdentity())
	if err != nil || e.Testimony.Kind != testimony.Probe || e.Testimony.Schema != testimony.Schema3 {
		t.Fatalf("a probe is told of as %v, %v", e, err)
	}
	for name, attack := range map[string]func(*testimony.Testimony){
		"of schema 2":             func(p *testimony.Testimony) { p.Schema = testimony.Schema },
		"a testimony of schema 3": func(p *testimony.Testimony) { p.Kind = testimony.First },
		"a name of schema 3":      func(p *testimony.Testimony) { p.Kind = testimony.Name },
		"an answer":               func(p *testimony.Testimony) { p.Answers["unit"] = "x" },
		"no text":                 func(p *testimony.Testimony) { p.Answers = map[string]string{"unit": "x"} },
		"a choice":                func(p *testimony.Testimony) { p.Choices["basis"] = []string{"decree"} },
		"a reply":                 func(p *testimony.Testimony) { p.Reply = sample2(t, nil).testimony.Reply },
		"fetched":                 func(p *testimony.Testimony) { p.Fetched = []string{p.Thread} },
	} {
		s := newProbe()
		attack(&s.testimony)
		refused(t, name, s.zip(t))
	}
	refused(t, "a file", newProbe([]byte("a file")).zip(t))
	// What comes after is for a newer reader, not an attack.
	s := newProbe()
	s.testimony.Schema = "amana/testimony/4"
	if _, _, err := openAll(sealBytes(t, s.zip(t)), testIdentity()); !errors.Is(err, ErrVersion) {
		t.Errorf("schema 4: %v", err)
	}
}
