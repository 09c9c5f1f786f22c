package rig

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// Command returns one of a script's commands, found in the script's PATH, ready
// to run in its folder.
func Command(ts *testscript.TestScript, args []string) *exec.Cmd {
	path := args[0]
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if p := filepath.Join(dir, args[0]); !strings.Contains(args[0], "/") {
			if _, err := os.Stat(p); err == nil {
				path = p
				break
			}
		}
	}
	cmd := exec.Command(path, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), "PATH="+ts.Getenv("PATH"), "AMANA_STATE="+ts.Getenv("AMANA_STATE"))
	return cmd
}

// Code is the script command "code WANT COMMAND...": it runs a command that must
// exit with the code WANT.
func Code(ts *testscript.TestScript, _ bool, args []string) {
	cmd := Command(ts, args[1:])
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	cmd.Run()
	WantCode(ts, cmd, args[0])
}

// WantCode fails the script unless the command, which has ended, exited with the
// code want.
func WantCode(ts *testscript.TestScript, cmd *exec.Cmd, want string) {
	if got := cmd.ProcessState.ExitCode(); strconv.Itoa(got) != want {
		ts.Fatalf("%s: exit code %d, want %s", filepath.Base(cmd.Path), got, want)
	}
}
