package reviewer

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
)

// midway SIGNAL CODE COMMAND...: runs a command that opens a bundle into out,
// sends it the signal while it writes the first file, and expects the exit code
// (-1: it was killed).
func midway(ts *testscript.TestScript, _ bool, args []string) {
	signal := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL}[args[0]]
	if signal == 0 {
		ts.Fatalf("signal %s", args[0])
	}
	// On a busy machine the program may be done before it is caught.
	for range 30 {
		cmd := rig.Command(ts, args[2:])
		cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
		ts.Check(cmd.Start())
		caught := stopAtFirstFile(ts, cmd)
		if caught {
			cmd.Process.Signal(signal)
			cmd.Process.Signal(syscall.SIGCONT)
		}
		cmd.Wait()
		if !caught {
			ts.Check(os.RemoveAll(ts.MkAbs("out")))
			continue
		}
		if got := cmd.ProcessState.ExitCode(); strconv.Itoa(got) != args[1] {
			ts.Fatalf("exit code %d, want %s", got, args[1])
		}
		return
	}
	ts.Fatalf("the program was never caught in the middle")
}

// stopAtFirstFile stops a program while it writes the first file. It returns
// false, and the program runs on, if that is over.
func stopAtFirstFile(ts *testscript.TestScript, cmd *exec.Cmd) bool {
	first := func() int {
		files, _ := filepath.Glob(filepath.Join(ts.MkAbs("out.partial"), "*", "files", "*"))
		return len(files)
	}
	for range 30_000 {
		if first() > 0 {
			cmd.Process.Signal(syscall.SIGSTOP)
			if first() == 1 {
				return true
			}
			cmd.Process.Signal(syscall.SIGCONT)
			return false
		}
		if _, err := os.Stat(ts.MkAbs("out")); err == nil {
			return false
		}
		time.Sleep(time.Millisecond)
	}
	return false
}
