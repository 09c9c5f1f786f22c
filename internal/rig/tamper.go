package rig

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Tamper lets a running server's disk fail, from now until the function that it
// returns is called: system calls on the files of its vault and letterbox are tampered
// with, as strace's -e inject= says, such as "fdatasync:error=EIO". It needs root.
func (s *Server) Tamper(t testing.TB, inject ...string) (mend func()) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing: apt-get install strace")
	}
	args := []string{"-f", "-qq", "-o", "/dev/null", "-p", fmt.Sprint(s.Cmd.Process.Pid)}
	vault := filepath.Join(s.Folder, "vault")
	for _, path := range []string{vault, filepath.Join(vault, "headers.db"), filepath.Join(vault, "payloads.db"), filepath.Join(vault, ".probe"), filepath.Join(s.Folder, "replies.db")} {
		args = append(args, "-P", path)
	}
	for _, i := range inject {
		args = append(args, "-e", "inject="+i)
	}
	cmd := exec.Command(strace, args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	mend = func() {
		if !ended {
			ended = true
			cmd.Process.Signal(os.Interrupt)
			cmd.Wait()
		}
	}
	t.Cleanup(mend)
	for range 1000 {
		if traced(s.Cmd.Process.Pid) {
			return mend
		}
		time.Sleep(10 * time.Millisecond)
	}
	mend()
	t.Fatalf("strace does not hold the server: %s", &said)
	return nil
}

// traced reports whether all threads of a process are held by a tracer.
func traced(pid int) bool {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, task := range tasks {
		if status, err := os.ReadFile(task); err == nil && strings.Contains(string(status), "TracerPid:\t0\n") {
			return false
		}
	}
	return err == nil && len(tasks) > 0
}
