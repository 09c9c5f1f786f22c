package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"amana/internal/carry"

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
