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

// spoilt returns a probe with a change in what it says.
func spoilt(change func(*testing.T, *testimony.Testimony)) func(*testing.T) []byte {
	return func(t *testing.T) []byte {
		s := newProbe()
		change(t, &s.testimony)
		return s.zip(t)
	}
}

// hostileProbes is what can be wrong with a probe besides.
var hostileProbes = map[string]func(*testing.T) []byte{
	"of schema 2":             spoilt(func(_ *testing.T, p *testimony.Testimony) { p.Schema = testimony.Schema }),
	"a testimony of schema 3": spoilt(func(_ *testing.T, p *testimony.Testimony) { p.Kind = testimony.First }),
	"a name of schema 3":      spoilt(func(_ *testing.T, p *testimony.Testimony) { p.Kind = testimony.Name }),
	"an answer":               spoilt(func(_ *testing.T, p *testimony.Testimony) { p.Answers["unit"] = "x" }),
	"no text":                 spoilt(func(_ *testing.T, p *testimony.Testimony) { p.Answers = map[string]string{"unit": "x"} }),
	"a choice":                spoilt(func(_ *testing.T, p *testimony.Testimony) { p.Choices["basis"] = []string{"decree"} }),
	"a reply":                 spoilt(func(t *testing.T, p *testimony.Testimony) { p.Reply = sample2(t, nil).testimony.Reply }),
	"fetched":                 spoilt(func(_ *testing.T, p *testimony.Testimony) { p.Fetched = []string{p.Thread} }),
	"a file":                  func(t *testing.T) []byte { return newProbe([]byte("a file")).zip(t) },
}

// A probe is of a schema of its own, which has room for a text and nothing else: a
// source's files, name or wish for a reply cannot be set aside by calling it one.
func TestP7ProbeHoldsATextAlone(t *testing.T) {
	e, _, err := openAll(sealBytes(t, newProbe().zip(t)), testIdentity())
	if err != nil || e.Testimony.Kind != testimony.Probe || e.Testimony.Schema != testimony.Schema3 {
		t.Fatalf("a probe is told of as %v, %v", e, err)
	}
	for name, attack := range hostileProbes {
		refused(t, name, attack(t))
	}
	// What comes after is for a newer reader, not an attack.
	s := newProbe()
	s.testimony.Schema = "amana/testimony/4"
	if _, _, err := openAll(sealBytes(t, s.zip(t)), testIdentity()); !errors.Is(err, ErrVersion) {
		t.Errorf("schema 4: %v", err)
	}
}
