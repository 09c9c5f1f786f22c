package report

import (
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/dossier"
	"amana/internal/questionnaire"
	"amana/internal/selection"
	"amana/internal/synthetic"
	"amana/internal/workspace"

	"filippo.io/age"
)

const day = "2026-11-27"

// filled makes a workspace with cases in it.
func filled(t testing.TB, all []*synthetic.Case, fast bool) *workspace.Workspace {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	ids := []*age.HybridIdentity{id}
	w, err := workspace.Create(filepath.Join(t.TempDir(), "work"), ids)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if fast {
		err = synthetic.FillFast(t.Context(), w, all)
	} else {
		err = synthetic.Fill(t.Context(), w, ids, all)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// linked puts the threads of each person of the generator into one case, as a reviewer
// would, and codes some of them.
func linked(t testing.TB, w *workspace.Workspace, people []*synthetic.Case) []*cases.Case {
	t.Helper()
	all, err := cases.Load(w)
	if err != nil {
		t.Fatal(err)
	}
	byThread := make(map[string]*cases.Case)
	for _, c := range all {
		byThread[c.Threads[0].ID] = c
	}
	all = nil
	for i, p := range people {
		if p.Truth.Probe {
			continue
		}
		c := byThread[p.Threads[0].ID]
		for _, th := range p.Threads[1:] {
			c.Threads = append(c.Threads, byThread[th.ID].Threads...)
		}
		slices.SortFunc(c.Threads, func(a, b *cases.Thread) int { return cmp.Compare(a.ID, b.ID) })
		code := func(subject, field, value, by, note string) {
			c.Values = append(c.Values, cases.Value{Subject: subject, Field: field, Value: value, Note: note, By: "amana-reviewer+0a1b2c3d+" + by, Name: by, Day: "2026-11-20"})
		}
		all = append(all, c)
		if i%3 > 0 && len(c.Threads) == 1 {
			continue
		}
		code(c.ID, "legal", "field_court,unfair_trial", "Huda", "")
		code(c.ID, "fact.fate", "missing", "Huda", "the mother says so, and she saw the list")
		code(c.ID, "fact.fate", "released", "Karim", "")
		code(c.ID, "fact.surrender_date", "2018-07", "Karim", "")
		code(c.Threads[0].ID, "corroboration", "paper", "Huda", "")
		code(c.Threads[0].ID, "note", reviewersNote, "Karim", "")
	}
	slices.SortFunc(all, func(a, b *cases.Case) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

const reviewersNote = "between ourselves 60417"

// selected returns what a use may see of a workspace.
func selected(t testing.TB, w *workspace.Workspace, all []*cases.Case, use consent.Use, o selection.Options) *selection.Selection {
	t.Helper()
	s, err := selection.Make(t.Context(), w, all, use, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// written makes a report and returns its folder.
func written(t testing.TB, s *selection.Selection, o Options) (string, *Made) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report")
	made, err := into(t.Context(), path, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return path, made
}

func into(ctx context.Context, path string, s *selection.Selection, o Options) (*Made, error) {
	f, err := dossier.Create(path)
	if err != nil {
		return nil, err
	}
	defer f.Discard()
	if o.Questions == nil {
		o.Questions = []*questionnaire.Schema{questionnaire.Builtin()}
	}
	o.Day = day
	made, err := Write(ctx, s, f, o)
	if err != nil {
		return nil, err
	}
	return made, f.Commit()
}

func read(t testing.TB, path ...string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func questions() []*questionnaire.Schema { return []*questionnaire.Schema{questionnaire.Builtin()} }

// failing is a folder that takes a few files, and then no more.
type failing struct {
	after int
	err   error
}

func (f failing) folder() Folder { return &failingFolder{failing: f} }

type failingFolder struct {
	failing
	n atomic.Int64
}

func (f *failingFolder) MakeDir(string) error { return nil }

func (f *failingFolder) WriteFile(name string, fill func(io.Writer) error) error {
	if f.n.Add(1) > int64(f.after) {
		return f.err
	}
	return fill(io.Discard)
}
