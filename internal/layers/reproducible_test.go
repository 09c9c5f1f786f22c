package layers

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Anyone can check that the programs are made of this source: built in another
// folder they have the same bytes, and they say nothing of the machine that
// built them.
func TestBuildsAreReproducible(t *testing.T) {
	if _, err := exec.LookPath("make"); err != nil {
		t.Fatal("install make to run this test")
	}
	files := tracked(t)
	var folders []string
	for i, name := range []string{"one-checkout-7d21", "another/place-c04e/with a space"} {
		folder := filepath.Join(t.TempDir(), name)
		copyTo(t, folder, files)
		cmd := exec.Command("make", "--silent", "build")
		cmd.Dir = folder
		// Nothing that this test was started with may decide what is built.
		cmd.Env = append(without(os.Environ(), "GOFLAGS", "GOEXPERIMENT", "CGO_ENABLED", "MAKEFLAGS", "MFLAGS", "MAKELEVEL"), "PWD="+folder)
		if i > 0 { // nothing that was compiled before: it takes half a minute
			cmd.Env = append(cmd.Env, "GOCACHE="+t.TempDir())
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("make build: %v\n%s", err, out)
		}
		folders = append(folders, folder)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []string{"amana-intake", "amana-decrypt", "amana-keys"} {
		var builds [][]byte
		for _, folder := range folders {
			data, err := os.ReadFile(filepath.Join(folder, "bin", program))
			if err != nil {
				t.Fatal(err)
			}
			for _, trace := range []string{"7d21", "c04e", t.Name(), root(t) + "/", home + "/"} {
				if len(trace) > 2 && bytes.Contains(data, []byte(trace)) {
					t.Errorf("%s holds %q", program, trace)
				}
			}
			builds = append(builds, data)
		}
		if !bytes.Equal(builds[0], builds[1]) {
			t.Errorf("%s differs by the folder it was built in", program)
		}
		// The comparison can fail: the search finds what is there.
		if !bytes.Contains(builds[0], []byte("amana/internal/cli")) {
			t.Errorf("%s does not hold the names of its packages", program)
		}
	}
}

// copyTo copies files of the module to another folder.
func copyTo(t *testing.T, folder string, files []string) {
	t.Helper()
	for _, path := range files {
		to := filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, read(t, path), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// without returns environment variables but for some.
func without(env []string, names ...string) (kept []string) {
next:
	for _, v := range env {
		for _, name := range names {
			if len(v) > len(name) && v[:len(name)+1] == name+"=" {
				continue next
			}
		}
		kept = append(kept, v)
	}
	return kept
}
