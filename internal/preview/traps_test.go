package preview

import (
	"bytes"
	"slices"
	"testing"

	"amana/internal/synthetic"
)

// Every hostile file of the generator, which was made without this package in sight, is
// warned of as what it is; nothing of it is in a picture; and what people commonly send
// is not cried at.
func TestTraps(t *testing.T) {
	kinds := map[synthetic.Trap][]Warning{
		synthetic.TrapPlace:    {Location},
		synthetic.TrapActive:   {Formula, Program, Script, Page, Drawing, PDFScript, PDFLaunch, PDFOpen, PDFFiles, Macro, Object, External, ArchiveRisky},
		synthetic.TrapType:     {Mismatch, Program, Script, Page, Drawing},
		synthetic.TrapPolyglot: {Polyglot},
		synthetic.TrapBomb:     {Bomb, NotWhole},
	}
	for _, f := range synthetic.Harmless() {
		if l := look(t, f.Name, f.Data()); len(l.Warnings) > 0 {
			t.Errorf("%s is harmless, and warned of as %v (%s)", f.Name, l.Warnings, l.Type)
		}
	}
	seen := make(map[synthetic.Trap]bool)
	for _, f := range synthetic.Hostile() {
		l := look(t, f.Name, f.Data())
		want := kinds[f.Trap]
		if want != nil && !slices.ContainsFunc(l.Warnings, func(w Warning) bool { return slices.Contains(want, w) }) {
			t.Errorf("%q (%s) is warned of as %v, of type %s; none of %v", f.Name, f.Trap, l.Warnings, l.Type, want)
		}
		if bytes.Contains(l.Picture, []byte(synthetic.TrapMark)) {
			t.Errorf("%q: something of it is in the picture", f.Name)
		}
		seen[f.Trap] = true
	}
	for trap := range kinds {
		if !seen[trap] {
			t.Errorf("there is no file of %q: the test is blind", trap)
		}
	}
}
