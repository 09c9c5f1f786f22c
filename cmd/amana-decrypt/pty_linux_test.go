package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// pty CODE TYPED COMMAND...: runs a command in a terminal of its own, types
// TYPED when it is asked for a passphrase ("^C" is Ctrl-C), and expects the exit
// code. What the terminal showed becomes stdout.
func pty(ts *testscript.TestScript, _ bool, args []string) {
	master, slave, err := rig.OpenPty()
	ts.Check(err)
	defer master.Close()
	cmd := rig.Command(ts, args[2:])
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	ts.Check(cmd.Start())
	slave.Close()
	typed := strings.ReplaceAll(args[1], "^C", "\x03")
	if typed != "\x03" {
		typed += "\n"
	}
	var shown bytes.Buffer
	buf := make([]byte, 4096)
	asked := false
	for {
		n, err := master.Read(buf)
		shown.Write(buf[:n])
		if !asked && bytes.Contains(shown.Bytes(), []byte("Passphrase")) && bytes.HasSuffix(shown.Bytes(), []byte(": ")) {
			asked = true
			waitForRaw(master)
			ts.Check(confined(cmd.Process.Pid))
			master.WriteString(typed)
		}
		if err != nil { // the other end was closed
			break
		}
	}
	cmd.Wait()
	ts.Stdout().Write(shown.Bytes())
	if got := cmd.ProcessState.ExitCode(); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s; the terminal showed:\n%s", got, args[0], shown.Bytes())
	}
}

// confined returns an error unless every thread of a process has a seccomp
// filter and can gain no rights: a key is never opened before that.
func confined(pid int) error {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(tasks) == 0 {
		return fmt.Errorf("no threads of %d (%v)", pid, err)
	}
	for _, task := range tasks {
		status, err := os.ReadFile(task)
		if err == nil && !(bytes.Contains(status, []byte("Seccomp:\t2\n")) && bytes.Contains(status, []byte("NoNewPrivs:\t1\n"))) {
			return fmt.Errorf("%s: not confined at the passphrase", task)
		}
	}
	return nil
}

// waitForRaw waits until the program does not echo any more: the prompt comes
// just before. It gives up after a while, and the test then fails by itself.
func waitForRaw(master *os.File) {
	for range 10_000 {
		t, err := unix.IoctlGetTermios(int(master.Fd()), unix.TCGETS)
		if err != nil || t.Lflag&unix.ECHO == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// notty CODE COMMAND...: runs a command that has no terminal at all.
func notty(ts *testscript.TestScript, _ bool, args []string) {
	cmd := rig.Command(ts, args[1:])
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Run()
	if got := cmd.ProcessState.ExitCode(); strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}
