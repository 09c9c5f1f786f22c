package reviewer

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	people "amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/custody"
	"amana/internal/dossier"
	"amana/internal/keyfile"
	"amana/internal/selection"
	"amana/internal/synthetic"
	"amana/internal/workspace"
)

// exporting makes a workspace, an export for anybody that was not written yet, and the
// command that writes it.
func exporting(t *testing.T) (*exportCommand, *session, *custody.Log, *selection.Selection, *dossier.Folder) {
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
	if err := synthetic.FillFast(t.Context(), w, synthetic.Make(3, 20, synthetic.Options{})); err != nil {
		t.Fatal(err)
	}
	log, err := custody.Open(w, key)
	if err != nil {
		t.Fatal(err)
	}
	all, err := people.Load(w)
	if err != nil {
		t.Fatal(err)
	}
	sel, err := selection.Make(t.Context(), w, all, consent.Report, selection.Options{})
	if err != nil || len(sel.Cases) == 0 {
		t.Fatalf("%v", err)
	}
	folder, err := dossier.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	c := &exportCommand{Format: "csv", To: "report", Purpose: "a book", Recipient: "everybody"}
	return c, &session{Workspace: w, key: key}, log, sel, folder
}

// An export that cannot be written down is not there.
func TestNothingLeavesUnwritten(t *testing.T) {
	c, s, log, sel, folder := exporting(t)
	if err := s.Shelf("custody").Put("head", []byte("nonsense")); err != nil {
		t.Fatal(err)
	}
	_, err := c.write(t.Context(), s, log, sel, nil, folder)
	if !errors.Is(err, custody.ErrBroken) || !strings.Contains(err.Error(), "the export was removed") {
		t.Errorf("%v", err)
	}
	folder.Discard()
	for _, path := range []string{folder.Path(), folder.Partial()} {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is there (%v)", path, err)
		}
	}
}

// The record says what left, by the hash of its manifest and by each source; and if the
// folder could not be named after that, it says that too.
func TestExportIsWrittenDown(t *testing.T) {
	c, s, log, sel, folder := exporting(t)
	m, err := c.write(t.Context(), s, log, sel, nil, folder)
	if err != nil {
		t.Fatal(err)
	}
	link := last(t, log)
	threads := make(map[string]bool)
	for _, subject := range link.Subjects {
		threads[subject.Case+" "+subject.Thread] = true
	}
	for _, one := range sel.Cases {
		for _, th := range one.Threads {
			if !threads[one.ID+" "+th.ID] {
				t.Errorf("%s of %s is not in the record", th.ID, one.ID)
			}
		}
	}
	if link.Act != custody.Exported || link.Purpose != "a book" || link.Recipient != "everybody" || !strings.Contains(link.Detail, m.SHA256) {
		t.Errorf("%+v", link)
	}
	c, s, log, sel, folder = exporting(t)
	if err := os.WriteFile(folder.Path(), nil, 0o600); err != nil { // somebody was quicker
		t.Fatal(err)
	}
	if _, err := c.write(t.Context(), s, log, sel, nil, folder); err == nil {
		t.Fatal("a file was overwritten")
	}
	if link := last(t, log); link.Number != 2 || !strings.HasPrefix(link.Detail, "did not happen") {
		t.Errorf("%+v", link)
	}
}

func last(t *testing.T, log *custody.Log) (link *custody.Link) {
	t.Helper()
	for l, err := range log.Links() {
		if err != nil {
			t.Fatal(err)
		}
		link = l
	}
	return link
}
