package book

import (
	"errors"
	"maps"
	"path/filepath"
	"testing"

	"amana/internal/roster"
)

// A server that was away takes in all rosters that it missed, or none.
func TestImportAll(t *testing.T) {
	const today = "2026-11-22"
	o := newOffice(t)
	var chain []*roster.Signed
	var previous *roster.Signed
	for _, days := range [][2]string{{"2026-01-01", "2026-06-30"}, {"2026-03-01", "2026-09-30"}, {"2026-08-01", "2027-01-31"}, {"2027-01-01", "2027-06-30"}} {
		r := o.draft(t, previous)
		r.From, r.Until = days[0], days[1]
		previous = sign(t, r, o.signers...)
		chain = append(chain, previous)
	}
	texts := func(n ...int) (all [][]byte) {
		for _, i := range n {
			all = append(all, chain[i-1].Bytes())
		}
		return all
	}
	folder := filepath.Join(t.TempDir(), "rosters")
	b, err := Create(folder, chain[:1])
	if err != nil {
		t.Fatal(err)
	}
	before := content(t, folder)
	for name, c := range map[string]struct {
		texts [][]byte
		want  error
	}{
		"expired alone":           {texts(2), roster.ErrExpired},
		"with a gap":              {texts(3), roster.ErrChain},
		"in another order":        {texts(3, 2), roster.ErrChain},
		"the last not yet":        {texts(2, 3, 4), roster.ErrNotYet},
		"garbage after good ones": {append(texts(2, 3), []byte("x")), roster.ErrMalformed},
		"an old one last":         {texts(2, 1), roster.ErrChain},
	} {
		if _, err := b.ImportAll(today, c.texts...); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if b.Newest().Epoch != 1 || !maps.Equal(content(t, folder), before) {
			t.Fatalf("%s: something was taken in", name)
		}
	}
	s, err := b.ImportAll(today, texts(1, 2, 3)...)
	if err != nil || s.Epoch != 3 || b.Newest().Epoch != 3 {
		t.Fatalf("1 to 3: %v", err)
	}
	if s, err := b.ImportAll(today, texts(2, 3)...); err != nil || s.Epoch != 3 {
		t.Errorf("again: %v", err)
	}
	if again, err := Open(folder); err != nil || again.Newest().Epoch != 3 {
		t.Errorf("opened again: %v", err)
	}
}
