package dossier

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/testimony"
)

// Probes are set aside from the cases, in the page and on the disk, and what they say
// is shown all the same: it fails if one is counted among the cases, or hidden.
func TestProbes(t *testing.T) {
	f := create(t)
	probe := testimony.Testimony{Kind: testimony.Probe, Thread: strings.Repeat("5c", 16), Answers: map[string]string{testimony.Narrative: "words <b>of</b> a probe"}}
	x := Index{Opened: []Opened{
		add(t, f, id1, envelope(t, probe)),
		add(t, f, id2, envelope(t, text(testimony.First, "1", "2026-11-22", "words of a source"))),
	}}
	x.Opened[0].Notes = []string{"a note about it"}
	page := finish(t, f, x)
	inOrder(t, page, "2 of 2 were opened", `<a href="#probes">`, "Probes by the operator among them: 1, set aside", "Thread 1", "1. شهادة", "words of a source",
		`id="probes"`, "hide a real testimony", "1. فحص", "2026-11-22", "a note about it", "words &lt;b&gt;of&lt;/b&gt; a probe", `href="probes/`+id1+`/testimony.json"`)
	if n := strings.Count(page, "سلسلة"); n != 1 {
		t.Errorf("%d threads: the probe is among the cases", n)
	}
	if strings.Contains(page, "What may be used") && strings.Count(page, "What may be used") != 1 {
		t.Error("a probe has consents")
	}
	if _, err := os.Stat(filepath.Join(f.Path(), probesFolder, id1, testimony.TestimonyName)); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(f.Path(), id1)); err == nil {
		t.Error("the probe lies among the cases")
	}
}

// A probe that fails its last check leaves nothing, as a testimony does; and a page
// without probes does not speak of any.
func TestNoProbes(t *testing.T) {
	f := create(t)
	e := envelope(t, testimony.Testimony{Kind: testimony.Probe, Answers: map[string]string{testimony.Narrative: "x"}})
	if err := f.Add(t.Context(), id1, e, func() error { return os.ErrInvalid }); err == nil {
		t.Fatal("no error")
	}
	if left, _ := os.ReadDir(filepath.Join(f.Partial(), probesFolder)); len(left) > 0 {
		t.Error("something is left")
	}
	if page := finish(t, f, Index{}); strings.Contains(page, "probe") {
		t.Error("it speaks of probes")
	}
}
