package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
)

// stockAge builds the age commands beside our programs, once.
var stockAge sync.Once

func buildAge(t *testing.T, programs string) {
	t.Helper()
	stockAge.Do(func() {
		cmd := exec.Command("go", "build", "-o", programs+"/", "filippo.io/age/cmd/age", "filippo.io/age/cmd/age-keygen")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build age: %v\n%s", err, out)
		}
	})
}

// spoilt-backup FILE: damages a backup in some ways, each of which restore must refuse
// into no/new, and leave nothing there. Package backup tries many more.
func spoiltBackup(ts *testscript.TestScript, _ bool, args []string) {
	whole := []byte(ts.ReadFile(args[0]))
	path := ts.MkAbs("spoilt")
	refused := func(what string, data []byte) {
		ts.Check(os.WriteFile(path, data, 0o600))
		cmd := rig.Command(ts, []string{"amana-intake", "restore", "--state", ts.MkAbs("no/new"), path})
		out, _ := cmd.CombinedOutput()
		if code := cmd.ProcessState.ExitCode(); code != 11 && code != 14 || !bytes.Contains(out, []byte("nothing was restored")) {
			ts.Fatalf("%s: exit code %d\n%s", what, code, out)
		}
		if left, err := filepath.Glob(ts.MkAbs("no") + "/.*"); err != nil || len(left) > 0 {
			ts.Fatalf("%s: %v is left (%v)", what, left, err)
		}
	}
	for _, cut := range []int{len(whole) / 2, len(whole) - 1024} {
		refused(fmt.Sprintf("cut to %d bytes", cut), whole[:cut])
	}
	for _, known := range []string{"amana backup 1", "\"day\"", "digest "} {
		spoilt := bytes.Clone(whole)
		spoilt[bytes.LastIndex(whole, []byte(known))+len(known)-1] ^= 1
		refused("another byte in "+known, spoilt)
	}
	refused("itself behind it", append(bytes.Clone(whole), whole...))
	refused("nothing", nil)
}
