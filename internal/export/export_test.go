package export

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/keyfile"
	"amana/internal/selection"
	"amana/internal/synthetic"
	"amana/internal/workspace"

	"filippo.io/age"
)

// desk is a workspace of synthetic cases, and whose it is.
type desk struct {
	*workspace.Workspace
	key *keyfile.Key
	log *custody.Log
}

func (d *desk) ids() []*age.HybridIdentity { return d.key.Identities }

// newDesk makes a workspace with real originals, or with none that can be opened.
func newDesk(t testing.TB, sealed bool, all []*synthetic.Case) *desk {
	t.Helper()
	key, err := keyfile.NewReviewer("reviewer")
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{key: key}
	if d.Workspace, err = workspace.Create(filepath.Join(t.TempDir(), "work"), d.ids()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	if sealed {
		err = synthetic.Fill(t.Context(), d.Workspace, d.ids(), all)
	} else {
		err = synthetic.FillFast(t.Context(), d.Workspace, all)
	}
	if err != nil {
		t.Fatal(err)
	}
	if d.log, err = custody.Open(d.Workspace, key); err != nil {
		t.Fatal(err)
	}
	return d
}

// job returns what an export of the desk is made of.
func (d *desk) job(t testing.TB, f Format, use consent.Use, names, files bool) *Job {
	t.Helper()
	all, err := cases.Load(d.Workspace)
	if err != nil {
		t.Fatal(err)
	}
	sel, err := selection.Make(t.Context(), d.Workspace, all, use, selection.Options{Names: names})
	if err != nil {
		t.Fatal(err)
	}
	return &Job{Format: f, Selection: sel, Workspace: d.Workspace, Custody: d.log, Made: "2026-11-27", Names: names, Files: files}
}

// export writes an export and returns its folder and manifest.
func (d *desk) export(t testing.TB, f Format, use consent.Use, names, files bool) (string, *Manifest) {
	t.Helper()
	path := t.TempDir()
	return path, writeTo(t, path, d.job(t, f, use, names, files))
}

func writeTo(t testing.TB, path string, j *Job) *Manifest {
	t.Helper()
	root, err := os.OpenRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	m, err := Write(t.Context(), j, NewFolder(root))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ask gives a file to a reader that others made, and returns what it read.
func ask(t *testing.T, what, path string, into any) error {
	t.Helper()
	if _, err := os.Stat("readers/node_modules/csv-parse"); err != nil {
		t.Fatal("the readers are not installed: make tools")
	}
	out, err := exec.Command("node", "readers/read.cjs", what, path).Output()
	if err != nil {
		var exit *exec.ExitError
		if e, ok := err.(*exec.ExitError); ok {
			exit = e
			t.Logf("%s", exit.Stderr)
		}
		return err
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return nil
}

func read(t testing.TB, elements ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(elements...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
