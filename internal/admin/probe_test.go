package admin

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

type prober struct{ err error }

func (p prober) NewProbe() (string, error) { return "a-token", p.err }

// A token comes to whoever can open the socket, and only when it is asked for by a
// POST: it fails if a look at the socket used one up.
func TestProbe(t *testing.T) {
	c := start(t, new(fake), WithProbes(prober{}))
	if token, err := c.Probe(t.Context()); err != nil || token != "a-token" {
		t.Errorf("%q, %v", token, err)
	}
	if response, err := c.http.Get("http://admin/probe"); err != nil || response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a look: %v, %v", response, err)
	}
	if _, err := start(t, new(fake), WithProbes(prober{errors.New("too many")})).Probe(t.Context()); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("none left: %v", err)
	}
	if _, err := start(t, new(fake)).Probe(t.Context()); err == nil || !strings.Contains(err.Error(), "older version") {
		t.Errorf("a server of before there were probes: %v", err)
	}
}
