package reviewer

import (
	"path/filepath"
	"testing"

	"amana/internal/keyfile"
	"amana/internal/synthetic"
	"amana/internal/workspace"
)

// inventedWorkspace returns a workspace with so many invented people, and its key.
func inventedWorkspace(t *testing.T, people int) (*keyfile.Key, *workspace.Workspace) {
	t.Helper()
	key, err := keyfile.NewReviewer("reviewer")
	if err != nil {
		t.Fatal(err)
	}
	w, err := workspace.Create(filepath.Join(t.TempDir(), "work"), key.Identities)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if err := synthetic.FillFast(t.Context(), w, synthetic.Make(3, people, synthetic.Options{})); err != nil {
		t.Fatal(err)
	}
	return key, w
}
