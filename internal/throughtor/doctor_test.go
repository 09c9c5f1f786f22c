package throughtor

import (
	"regexp"
	"testing"

	"amana/internal/testimony"
)

// The doctor goes to its own onion through tor, finds all as it must be, and hands in a
// probe that is sealed as one. It fails if the way through tor, or tor itself, changed
// what a source gets.
func TestDoctor(t *testing.T) {
	p, s := serve(t)
	// Whatever else is wrong with this machine, such as swap, is another test's.
	said, _ := s.TryRun("doctor", "--torrc", "/nowhere/torrc", "--onion", p.onion.Hostname, "--socks", p.client.SOCKS)
	for _, name := range []string{"onion", "onion pages", "onion headers", "onion scripts", "onion roster", "onion style", "onion probe"} {
		if !regexp.MustCompile(`(?m)^ok       ` + name + `: `).MatchString(said) {
			t.Errorf("%s is not well:\n%s", name, said)
		}
	}
	kept := s.Export(t)
	if len(kept) != 1 || kept[0].Kind != testimony.Probe {
		t.Errorf("%d are kept", len(kept))
	}
}
