package intake

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"amana/intake/probe"
	"amana/internal/testimony"
)

// A text with a token of the server's own is sealed as a probe, with a receipt, once.
func TestProbe(t *testing.T) {
	r := start(t, nil)
	token := r.token()
	response, page := r.say(post("/en/testimony", sent{"narrative", "", "a probe"}, sent{ProbeField, "", token}))
	if response.StatusCode != http.StatusOK || len(r.store.kept) != 1 {
		t.Fatalf("status %d, %d kept", response.StatusCode, len(r.store.kept))
	}
	if strings.Contains(page, `name="token"`) || strings.Contains(page, token) {
		t.Error("something can be added to a probe, or its token is shown")
	}
	if response, _ := r.say(post("/en/testimony", sent{"narrative", "", "a testimony"})); response.StatusCode != http.StatusOK ||
		len(r.store.kept) != 2 || len(r.store.kept[0]) != len(r.store.kept[1]) || r.store.labels[0] != r.store.labels[1] {
		t.Error("what is kept tells a probe from a testimony")
	}
	said, _ := r.opened(r.store.kept[0])
	if said.Kind != testimony.Probe || said.Schema != testimony.Schema3 || said.Answers[testimony.Narrative] != "a probe" {
		t.Errorf("sealed as %s of %s", said.Kind, said.Schema)
	}
	if response, _ := r.say(post("/en/testimony", sent{"narrative", "", "again"}, sent{ProbeField, "", token})); response.StatusCode != http.StatusBadRequest {
		t.Errorf("the same token once more: status %d", response.StatusCode)
	}
	if len(r.store.kept) != 2 {
		t.Errorf("%d are kept", len(r.store.kept))
	}
}

func (r *site) token() string {
	r.t.Helper()
	token, err := r.server.NewProbe()
	if err != nil {
		r.t.Fatal(err)
	}
	return token
}

// Nobody else marks anything as a probe, and nothing but a text can be one. It fails
// if a stranger could have a testimony set aside, or if a probe without its token
// were taken for a testimony.
func TestProbeRefused(t *testing.T) {
	r := start(t, nil)
	text := sent{"narrative", "", "words"}
	for name, form := range map[string]func() string{
		"a token of nobody's": func() string { return post("/ar/testimony", text, sent{ProbeField, "", "AAAAAAAAAAAAAAAAAAAAAAAAAA"}) },
		"an empty token":      func() string { return post("/ar/testimony", text, sent{ProbeField, "", ""}) },
		"two tokens": func() string {
			return post("/ar/testimony", text, sent{ProbeField, "", r.token()}, sent{ProbeField, "", r.token()})
		},
		"with an answer": func() string {
			return post("/ar/testimony", text, sent{"contact_wish", "", "code"}, sent{ProbeField, "", r.token()})
		},
		"with a choice": func() string {
			return post("/ar/testimony", text, sent{"basis", "", "decree"}, sent{ProbeField, "", r.token()})
		},
		"before a file": func() string {
			return post("/ar/testimony", text, sent{ProbeField, "", r.token()}, sent{"files", "a.jpg", "x"})
		},
		"behind a file": func() string {
			return post("/ar/testimony", text, sent{"files", "a.jpg", "x"}, sent{ProbeField, "", r.token()})
		},
		"an addition": func() string { return post("/ar/add", text, sent{ProbeField, "", r.token()}) },
		"a name":      func() string { return post("/ar/name", sent{"send", "", "1"}, sent{ProbeField, "", r.token()}) },
	} {
		response, page := r.say(form())
		if response.StatusCode != http.StatusBadRequest || len(r.store.kept) != 0 {
			t.Fatalf("%s: status %d, %d kept", name, response.StatusCode, len(r.store.kept))
		}
		if strings.Contains(page, ProbeField) {
			t.Errorf("%s: the page shows the field", name)
		}
		r.server.probes = probe.New(time.Now) // the tokens that were not used are no matter here
	}
	// The same text without the mark is a testimony.
	if response, _ := r.say(post("/ar/testimony", text)); response.StatusCode != http.StatusOK {
		t.Fatalf("status %d", response.StatusCode)
	}
	if said, _ := r.opened(r.store.kept[0]); said.Kind != testimony.First || said.Schema != testimony.Schema {
		t.Errorf("sealed as %s of %s", said.Kind, said.Schema)
	}
}

// No page tells a source that there are probes.
func TestNoPageHasTheProbe(t *testing.T) {
	r := start(t, nil)
	for _, path := range []string{"/ar/", "/ar/testimony", "/ar/code", "/ar/safety", "/ar/before"} {
		if _, page := r.say(get(path)); strings.Contains(page, "probe") || !strings.Contains(page, "</html>") {
			t.Errorf("%s speaks of a probe, or is no page", path)
		}
	}
}
