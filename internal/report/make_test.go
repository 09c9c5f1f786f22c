package report

import (
	"context"
	"os"
	"path/filepath"
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

// selected returns what a use may see of a workspace.
func selected(t testing.TB, w *workspace.Workspace, use consent.Use, o selection.Options) *selection.Selection {
	t.Helper()
	all, err := cases.Load(w)
	if err != nil {
		t.Fatal(err)
	}
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
