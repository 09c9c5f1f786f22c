package rig

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// OpenPty returns the two ends of a new pseudo terminal: a program in a test gets
// the slave as its terminal, and the test reads and types at the master.
func OpenPty() (master, slave *os.File, err error) {
	master, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, nil, err
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, nil, err
	}
	slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	// Without a size nothing is drawn on it.
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 100}); err != nil {
		return nil, nil, err
	}
	return master, slave, nil
}

// Confined returns an error unless every thread of a process has a seccomp filter
// and can gain no rights: no key is touched and nothing is asked before that.
func Confined(pid int) error {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(tasks) == 0 {
		return fmt.Errorf("no threads of %d (%v)", pid, err)
	}
	for _, task := range tasks {
		status, err := os.ReadFile(task)
		if err == nil && !(bytes.Contains(status, []byte("Seccomp:\t2\n")) && bytes.Contains(status, []byte("NoNewPrivs:\t1\n"))) {
			return fmt.Errorf("%s: not confined at a question", task)
		}
	}
	return nil
}

// WaitForRaw waits until a program does not echo any more what is typed at its
// terminal: the prompt comes just before. It gives up after a while, and the test
// then fails by itself.
func WaitForRaw(master *os.File) {
	for range 10_000 {
		t, err := unix.IoctlGetTermios(int(master.Fd()), unix.TCGETS)
		if err != nil || t.Lflag&unix.ECHO == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// NoTTY is the script command "notty CODE COMMAND...": it runs a command that has
// no terminal at all.
func NoTTY(ts *testscript.TestScript, _ bool, args []string) {
	cmd := Command(ts, args[1:])
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Run()
	WantCode(ts, cmd, args[0])
}
