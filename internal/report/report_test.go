package report

import (
	"testing"

	"amana/internal/consent"
	"amana/internal/selection"
	"amana/internal/synthetic"
)

func TestTry(t *testing.T) {
	w := filled(t, synthetic.Make(1, 40, synthetic.Options{Files: true}), false)
	path, made := written(t, selected(t, w, consent.Own, selection.Options{}), Options{Names: true})
	t.Log(path, made.Cases, made.Pages, made.Sums)
}
