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

// spoilt-backup FILE: damages a backup in many ways, each of which restore must refuse
// into no/new. It would fail if a byte that matters were in no hash.
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
	for i := range 8 {
		cut := len(whole) * i / 8
		refused(fmt.Sprintf("cut to %d bytes", cut), whole[:cut])
	}
	for _, cut := range []int{1, 512, 1024, 1536, 2048} { // within and before its end
		refused(fmt.Sprintf("cut by %d bytes", cut), whole[:len(whole)-cut])
	}
	for _, known := range []string{"amana backup 1", "server ", "\"day\"", "\"collected\":", "payload_sha256", "\"mailbox\"", "PRIVATE+KEY", "testimonies ", "digest ", "members ", "rosters/1.txt", "age-encryption"} {
		at := bytes.LastIndex(whole, []byte(known))
		if known == "age-encryption" { // in base64
			at = bytes.Index(whole, []byte("\"header\":\"")) + 40
		}
		if at < 0 {
			ts.Fatalf("the backup holds no %q", known)
		}
		spoilt := bytes.Clone(whole)
		spoilt[at+2] ^= 1
		refused("another byte in "+known, spoilt)
	}
	for i := range 6 { // in payloads, most of them
		spoilt := bytes.Clone(whole)
		spoilt[len(whole)*(i+1)/8/512*512+7] ^= 1
		refused(fmt.Sprintf("another byte at %d of 8", i+1), spoilt)
	}
	refused("something behind it", append(bytes.Clone(whole), 0))
	refused("itself behind it", append(bytes.Clone(whole), whole...))
	refused("nothing", nil)
	refused("something else", []byte("dear operator, please restore me"))
}
