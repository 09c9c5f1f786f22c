package admin

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

type prober struct{ err error }

func (p prober) NewProbe() (string, error) { return "a-token", p.err }

// A token comes to whoever can open the socket, and only when it is asked for by a
// POST: it fails if a look at the socket used one up.
func TestProbe(t *testing.T) {
	dial := func(more ...Option) *Client {
		path := filepath.Join(t.TempDir(), "s")
		l, err := Listen(path)
		if err != nil {
			t.Fatal(err)
		}
		s := NewServer(new(fake), nil, new(fake), new(fake), more...)
		go s.Serve(l)
		t.Cleanup(func() { s.Close() })
		c, err := Dial(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	c := dial(WithProbes(prober{}))
	if token, err := c.Probe(t.Context()); err != nil || token != "a-token" {
		t.Errorf("%q, %v", token, err)
	}
	if response, err := c.http.Get("http://admin/probe"); err != nil || response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("a look: %v, %v", response, err)
	}
	if _, err := dial(WithProbes(prober{errors.New("too many")})).Probe(t.Context()); err == nil || !strings.Contains(err.Error(), "too many") {
		t.Errorf("none left: %v", err)
	}
	if _, err := dial().Probe(t.Context()); err == nil || !strings.Contains(err.Error(), "older version") {
		t.Errorf("a server of before there were probes: %v", err)
	}
}
