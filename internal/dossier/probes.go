package dossier

import (
	"fmt"
	"io"
	"path"
	"path/filepath"

	"amana/internal/testimony"
)

// probesFolder holds what is set aside.
const probesFolder = "probes"

// placeOf returns where in the folder an envelope of a kind stands.
func placeOf(id string, k testimony.Kind) string {
	if k == testimony.Probe {
		return filepath.Join(probesFolder, id)
	}
	return id
}

// setAside divides what was opened into what sources sent and the operator's probes,
// each in its order.
func setAside(opened []Opened) (cases, probes []Opened) {
	for _, o := range opened {
		if o.Kind == testimony.Probe {
			probes = append(probes, o)
		} else {
			cases = append(cases, o)
		}
	}
	return cases, probes
}

// probeView is a probe as the page shows it: whole, for the mark is the server's word
// alone, and one that was broken into could hide a testimony behind it.
type probeView struct {
	Number int
	O      *Opened
	T      *testimony.Testimony
	Text   string
	Link   string
}

// writeProbes lists what is set aside, behind all else.
func (f *Folder) writeProbes(w io.Writer, probes []Opened) error {
	if len(probes) == 0 {
		return nil
	}
	if err := page.ExecuteTemplate(w, "probes", len(probes)); err != nil {
		return err
	}
	for i := range probes {
		o := &probes[i]
		t, err := f.read(o)
		if err != nil {
			return fmt.Errorf("probe %s: %w", o.ID, err)
		}
		v := probeView{i + 1, o, t, t.Answers[testimony.Narrative], path.Join(probesFolder, o.ID, testimony.TestimonyName)}
		if err := page.ExecuteTemplate(w, "probe", v); err != nil {
			return err
		}
	}
	return page.ExecuteTemplate(w, "threadEnd", nil)
}
