package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

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

// interrupt SIGNAL TARGET COMMAND...: runs a command that makes TARGET, a file or a
// folder, and sends the signal when some of it is on the disk. One that was through
// before is run again.
func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	signal := map[string]syscall.Signal{"INT": syscall.SIGINT, "KILL": syscall.SIGKILL}[args[0]]
	target := ts.MkAbs(args[1])
	for range 20 {
		cmd := rig.Command(ts, args[2:])
		cmd.Stderr = ts.Stderr()
		ts.Check(cmd.Start())
		ended := make(chan struct{})
		go func() {
			cmd.Wait()
			close(ended)
		}()
		waitBegun(target, ended)
		cmd.Process.Signal(signal)
		<-ended
		if !cmd.ProcessState.Success() {
			return
		}
		ts.Check(os.RemoveAll(target))
	}
	ts.Fatalf("the command was always faster")
}

// waitBegun waits until some of a file, or of the vault in a folder, is on the disk, or
// the program ended.
func waitBegun(target string, ended chan struct{}) {
	partial := filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".partial-*")
	for {
		for _, pattern := range []string{partial, filepath.Join(partial, "vault", "payloads.db")} {
			found, _ := filepath.Glob(pattern)
			for _, path := range found {
				var st syscall.Stat_t
				if syscall.Stat(path, &st) == nil && st.Mode&syscall.S_IFMT == syscall.S_IFREG && st.Blocks > 4<<11 { // 4 MiB
					return
				}
			}
		}
		select {
		case <-ended:
			return
		case <-time.After(time.Millisecond):
		}
	}
}
