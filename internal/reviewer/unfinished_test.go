package reviewer

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/internal/keyfile"
	"amana/internal/workspace"
)

// A report that was cut off is plaintext: the workspace knows of it until close has
// removed it. What became whole, and what somebody else put there, stays.
func TestUnfinishedIsCleared(t *testing.T) {
	key, err := keyfile.NewReviewer("reviewer")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w, err := workspace.Create(filepath.Join(dir, "work"), key.Identities)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	s := &session{Workspace: w, key: key}
	paths := func() []string {
		all, err := w.Unfinished()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	folder, end, err := s.beginFolder(filepath.Join(dir, "whole"))
	if err != nil {
		t.Fatal(err)
	}
	if err := folder.Commit(); err != nil {
		t.Fatal(err)
	}
	end()
	if len(paths()) != 0 {
		t.Errorf("after the end: %v", paths())
	}
	cut := filepath.Join(dir, "cut")
	partial := cut + ".partial"
	if err := os.Mkdir(partial, 0o700); err != nil { // as a kill leaves it
		t.Fatal(err)
	}
	foreign := filepath.Join(dir, "foreign.partial")
	if err := os.MkdirAll(filepath.Join(foreign, "theirs"), 0o700); err != nil {
		t.Fatal(err)
	}
	begun := []string{cut, filepath.Join(dir, "whole"), filepath.Join(dir, "gone")}
	for _, path := range append(begun, filepath.Join(dir, "foreign")) {
		if err := w.Put(workspace.Begun(path)); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	s.clearUnfinished(&out, paths())
	for path, want := range map[string]bool{partial: false, filepath.Join(dir, "whole"): true, filepath.Join(foreign, "theirs"): true} {
		if _, err := os.Lstat(path); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
	if left := paths(); len(left) > 1 || len(left) == 1 && !strings.HasSuffix(left[0], "foreign") {
		t.Errorf("still known: %v", left)
	}
}
