package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// files are those of a machine under test. A name that ends with a slash is a folder.
type files map[string]string

// machine returns a machine with the given files and no others.
func machine(t *testing.T, all files) *Machine {
	t.Helper()
	root := t.TempDir()
	for name, content := range all {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			if err := os.MkdirAll(path, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &Machine{
		Root: root, Now: time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC),
		Synced:   func() (bool, error) { return true, nil },
		Landlock: func() (int, error) { return 7, nil },
	}
}

// wanted fails the test unless a finding has the level and says the words, and says
// what to do unless all is well.
func wanted(t *testing.T, what string, f Finding, level Level, words string) {
	t.Helper()
	if f.Level != level || !strings.Contains(f.Seen, words) {
		t.Errorf("%s: %s %q; want %s with %q", what, f.Level, f.Seen, level, words)
	}
	if (f.Do == "") != (f.Level == OK) || f.Name == "" {
		t.Errorf("%s: %s says to do %q", what, f.Level, f.Do)
	}
}

// worst returns the worst level among findings.
func worst(all []Finding) Level {
	level := OK
	for _, l := range []Level{Advice, Warning, Danger} {
		for _, f := range all {
			if f.Level == l {
				level = l
			}
		}
	}
	return level
}
