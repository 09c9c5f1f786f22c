package report

import (
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/firefoxtest"
	"amana/internal/selection"
	"amana/internal/synthetic"
)

// In the browser that Tails has, with nothing to reach, the index opens from the disk
// with its script, and a case with its drawing.
func TestInFirefox(t *testing.T) {
	people := synthetic.Make(5, 6, synthetic.Options{})
	w := filled(t, people, true)
	all, err := cases.Load(w)
	if err != nil {
		t.Fatal(err)
	}
	path, made := written(t, selected(t, w, all, consent.Own, selection.Options{}), Options{})
	f := firefoxtest.Start(t, "127.0.0.1:9")
	f.SetScripts(true)
	f.Open("file://" + filepath.Join(path, "ar", "index.html"))
	if said := f.Text("#count"); made.Cases == 0 || !strings.HasPrefix(said, "تظهر") {
		t.Errorf("the script says %q", said)
	}
	f.Look("report-firefox-index")
	f.Open("file://" + filepath.Join(path, "ar", "cases", all[0].ID+".html"))
	if said := f.Text("h1"); !strings.Contains(said, all[0].ID) {
		t.Errorf("the case says %q", said)
	}
	f.Look("report-firefox-case")
}
