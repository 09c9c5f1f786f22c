package operator

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"amana/vault"
)

// After a withdrawal headers are on the disk for a while. A server that serves writes
// them over soon, which is a note; that they cannot be written over is a warning.
func TestStatusRewriteDue(t *testing.T) {
	state, o := newState(t, 1, 1)
	status := func() string {
		t.Helper()
		var said bytes.Buffer
		if err := new(Status).Run(t.Context(), state, &said); err != nil {
			t.Fatal(err)
		}
		return said.String()
	}
	const note, warning = "note: the headers of what was withdrawn or replaced are written over within a few minutes", "WARNING: headers"
	if said := status(); strings.Contains(said, note) || strings.Contains(said, warning) {
		t.Errorf("nothing was withdrawn: %s", said)
	}
	records, err := o.Records(t.Context(), vault.ID{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Remove(t.Context(), []vault.ID{records[0].ID}); err != nil {
		t.Fatal(err)
	}
	if said := status(); !strings.HasPrefix(said, note) || strings.Contains(said, "WARNING") {
		t.Errorf("while it serves: %s", said)
	}

	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(state.path(adminSocket)); err != nil {
		t.Fatal(err)
	}
	// What stands where the file would be written anew keeps it from being.
	blocked := filepath.Join(state.path(vaultFolder), ".headers.db.rewrite")
	if err := os.MkdirAll(filepath.Join(blocked, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if said := status(); !strings.HasPrefix(said, warning) || strings.Contains(said, note) {
		t.Errorf("it could not be written anew: %s", said)
	}
	if err := os.RemoveAll(blocked); err != nil {
		t.Fatal(err)
	}
	if said := status(); strings.Contains(said, note) || strings.Contains(said, warning) {
		t.Errorf("it was written anew: %s", said)
	}
}
