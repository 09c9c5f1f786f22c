package reviewer

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"amana/internal/carry"
	"amana/internal/outbox"
	"amana/internal/workspace"

	"github.com/rogpeppe/go-internal/testscript"
)

// whole STICK [COUNT]: fails unless every folder for the server that lies on the stick
// is whole: it has the files that its text names, unchanged, and what reviewers signed
// can be read to its end. With COUNT there must be so many.
func whole(ts *testscript.TestScript, _ bool, args []string) {
	folders, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), outboxPrefix+"*"))
	ts.Check(err)
	if len(args) > 1 && fmt.Sprint(len(folders)) != args[1] {
		ts.Fatalf("%d folders", len(folders))
	}
	for _, folder := range folders {
		text, err := os.ReadFile(filepath.Join(folder, readMe))
		ts.Check(err)
		entries, err := os.ReadDir(folder)
		ts.Check(err)
		if len(entries) < 2 {
			ts.Fatalf("%s is empty", folder)
		}
		for _, e := range entries {
			if e.Name() == readMe {
				continue
			}
			data, err := os.ReadFile(filepath.Join(folder, e.Name()))
			ts.Check(err)
			if !strings.Contains(string(text), fmt.Sprintf("SHA-256 %x", sha256.Sum256(data))) {
				ts.Fatalf("%s is not as the text says", e.Name())
			}
			in, err := carry.ReadParts(strings.NewReader(string(data)), int64(len(data)))
			ts.Check(err)
			for range in.Manifest().Parts {
				_, err := in.Next()
				ts.Check(err)
			}
		}
	}
}

// halfway WORKSPACE WHO STICK [named]: puts the newest outbox back to where a run that
// was killed leaves it: recorded, but without its name, or with it and not recorded so.
func halfway(ts *testscript.TestScript, _ bool, args []string) {
	w, err := workspace.Open(ts.MkAbs(args[0]), readKeyFile(ts, args[1]).Identities)
	ts.Check(err)
	defer w.Close()
	all, err := outbox.All(w)
	ts.Check(err)
	s := all[len(all)-1]
	s.Done = false
	write, err := s.Write()
	ts.Check(err)
	ts.Check(w.Put(write))
	if len(args) == 3 {
		stick := ts.MkAbs(args[2])
		ts.Check(os.Rename(filepath.Join(stick, s.Folder), filepath.Join(stick, "."+s.Folder+".partial")))
		ts.Check(os.Remove(filepath.Join(stick, "."+s.Folder+".partial", readMe)))
	}
}
