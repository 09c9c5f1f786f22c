package main

import (
	"bytes"
	"os"
	"syscall"
	"time"

	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
)

// export-pty FILE: exports to FILE in a terminal of its own. What the terminal
// showed becomes stdout. In the middle the running server is stopped until a bar
// is shown; an export that was through before is made again.
func exportPty(ts *testscript.TestScript, _ bool, args []string) {
	process := ts.Value("server").(*server).cmd.Process
	ts.Defer(func() { process.Signal(syscall.SIGCONT) })
	out := ts.MkAbs(args[0])
	for range 10 {
		shown, err := inTerminal(ts, out, process)
		ts.Check(err)
		if bytes.Contains(shown, []byte("exporting")) {
			ts.Stdout().Write(shown)
			return
		}
		ts.Check(os.Remove(out))
	}
	ts.Fatalf("no bar was shown")
}

// inTerminal runs one export and returns what the terminal showed.
func inTerminal(ts *testscript.TestScript, out string, server *os.Process) ([]byte, error) {
	master, slave, err := rig.OpenPty()
	if err != nil {
		return nil, err
	}
	defer master.Close()
	cmd := rig.Command(ts, []string{"amana-intake", "export", "-o", out})
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = cmd.Start()
	slave.Close()
	if err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	waitBegun(out, ended)
	server.Signal(syscall.SIGSTOP)
	patience := time.AfterFunc(5*time.Second, func() { server.Signal(syscall.SIGCONT) })
	defer patience.Stop()
	var shown bytes.Buffer
	buf := make([]byte, 4096)
	for err == nil { // it ends with an error when the other end is closed
		var n int
		n, err = master.Read(buf)
		shown.Write(buf[:n])
		if bytes.Contains(shown.Bytes(), []byte("exporting")) {
			server.Signal(syscall.SIGCONT)
		}
	}
	server.Signal(syscall.SIGCONT)
	<-ended
	rig.WantCode(ts, cmd, "0")
	return shown.Bytes(), nil
}
