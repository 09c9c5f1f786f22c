package walk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/consent"
	"amana/internal/export"
	"amana/internal/questionnaire"
	"amana/internal/selection"
)

// output is one thing that leaves the reviewers, in one way.
type output struct {
	name         string
	uses         []consent.Use
	names, files bool // they are asked for
	write        func(t *testing.T, d *desk, s *selection.Selection, o output, path string)
	// must are the places whose words have to be there where they may be.
	must []string
}

// inWords are the places of a testimony that are told where its details may be.
var inWords = append(textKeys(questionnaire.PageForm), "added", "strange", "codedunit", "codedcase")

var inNames = textKeys(questionnaire.PageName)

func join(lists ...[]string) []string {
	var all []string
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// details are the uses that tell more than numbers.
func details() []consent.Use {
	var all []consent.Use
	for _, u := range consent.Uses {
		if u != consent.Numbers {
			all = append(all, u)
		}
	}
	return all
}

// outputs are all that leaves.
func outputs() []output {
	var all []output
	bytes, story := []string{"bytes0", "bytes1"}, []string{"narrative", "added"}
	for _, asked := range []bool{false, true} {
		all = append(all,
			output{"json", details(), asked, asked, writeExport(export.JSON), join(inWords, inNames, bytes)},
			output{"csv", details(), asked, asked, writeExport(export.CSV), join(textKeys(questionnaire.PageForm), []string{"added", "strange"}, inNames, bytes)},
			output{"uwazi", details(), asked, asked, writeExport(export.Uwazi), join(story, inNames, bytes)},
			output{"ftm", details(), asked, asked, writeExport(export.FtM), join(story, inNames, bytes)},
		)
	}
	all = append(all, output{"wgeid", []consent.Use{consent.WGEID}, true, false, writeExport(export.WGEID), []string{"narrative", "added", "reason_given"}})
	return append(all, others()...)
}

func writeExport(f export.Format) func(*testing.T, *desk, *selection.Selection, output, string) {
	return func(t *testing.T, d *desk, s *selection.Selection, o output, path string) {
		root, err := os.OpenRoot(path)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		job := &export.Job{Format: f, Selection: s, Workspace: d.Workspace, Custody: d.log, Made: "2026-11-27", Names: o.names, Files: o.files}
		if _, err := export.Write(t.Context(), job, export.NewFolder(root)); err != nil {
			t.Fatal(err)
		}
	}
}

// Everything that leaves, for every use: each word that was put into what forty sources
// sent is there only if they allowed it, and is there if they did.
func TestNothingLeavesThatWasNotAllowed(t *testing.T) {
	d := newDesk(t)
	left := 0
	for _, o := range outputs() {
		for _, use := range o.uses {
			s, err := selection.Make(t.Context(), d.Workspace, d.cases, use, selection.Options{Names: o.names})
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "out")
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
			o.write(t, d, s, o, path)
			found := walk(t, path)
			left += d.compare(t, fmt.Sprintf("%s for %s, names and files asked for: %v", o.name, use, o.names), o, use, found)
			os.RemoveAll(path)
		}
	}
	if left < 1000 {
		t.Errorf("only %d words left in all", left)
	}
}

// compare holds what was found in one output to what the sources allowed, and returns
// how many of their words were there.
func (d *desk) compare(t *testing.T, what string, o output, use consent.Use, found map[string]bool) int {
	t.Helper()
	may, must := make(map[string]bool), make(map[string]bool)
	for _, s := range d.told {
		for _, w := range d.allowed(s, o, use) {
			may[w] = true
		}
		for _, place := range o.must {
			if o.name == "wgeid" && !d.named(s, use) { // no draft without a name
				continue
			}
			if w := word(s.n, place); may[w] && (place != "codedcase" || s.n%2 == 0) {
				must[w] = true
			}
		}
	}
	own := use == consent.Own
	ours := map[string]bool{reviewer: own, d.key: own}
	known := make(map[string]bool)
	for _, s := range d.told {
		for _, sum := range s.sums {
			known[sum] = true
		}
	}
	n := 0
	for w := range found {
		if len(w) == 64 && !known[w] {
			continue // another hash
		}
		if strings.HasPrefix(w, "age1pq1") && own || ours[w] {
			continue
		}
		if !may[w] {
			t.Errorf("%s: %s is there", what, w)
		}
		n++
	}
	for w := range must {
		if !found[w] {
			t.Errorf("%s: %s is not there", what, w)
		}
	}
	if n == 0 && len(o.must) > 0 {
		t.Errorf("%s: nothing is there", what)
	}
	return n
}

// allowed returns what of a source may be in an output.
func (d *desk) allowed(s *told, o output, use consent.Use) []string {
	var all []string
	put := func(places ...string) {
		for _, place := range places {
			all = append(all, word(s.n, place))
		}
	}
	if use == consent.Own {
		put(join(inWords, inNames, []string{"never", "namedinform", "filename", "filetype", "note", "whylinked", "whycoded", "whycleared", "custody", "purpose", "recipient"})...)
		if o.files {
			put("bytes0", "bytes1")
		}
		for kind := range 10 {
			all = append(all, secretID(s.n, kind))
		}
		return append(append(all, s.day), s.sums...)
	}
	// What was coded of the case is of both its sources.
	if both := s.allows(use) && d.other(s).allows(use); both && use != consent.Numbers {
		put("codedcase")
	}
	if !s.allows(use) || use == consent.Numbers {
		return all
	}
	put(textKeys(questionnaire.PageForm)...)
	put("added", "strange", "codedunit")
	if o.names && d.named(s, use) {
		put(inNames...)
	}
	if use.Public() {
		return all
	}
	all = append(append(all, s.day), s.sums...)
	if o.files {
		put("bytes0", "bytes1")
	}
	return all
}
