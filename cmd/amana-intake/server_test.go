package main

import (
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"amana/internal/rig"

	"github.com/rogpeppe/go-internal/testscript"
)

// server is the one server that a script may have running.
type server struct {
	cmd   *exec.Cmd
	log   *rig.Log
	ended chan struct{}
}

// serve PROGRAM ARGS...: starts a server and waits until it serves on as many
// addresses as it was given.
func serve(ts *testscript.TestScript, _ bool, args []string) {
	s := ts.Value("server").(*server)
	if s.cmd != nil {
		ts.Fatalf("a server runs already")
	}
	s.cmd, s.log, s.ended = rig.Command(ts, args), new(rig.Log), make(chan struct{})
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	ts.Check(s.cmd.Start())
	cmd, ended := s.cmd, s.ended
	go func() {
		cmd.Wait()
		close(ended)
	}()
	ts.Defer(func() {
		cmd.Process.Kill()
		<-ended
	})
	want := max(1, strings.Count(strings.Join(args, " "), "--listen ")) // one in the configuration
	for strings.Count(s.log.String(), "serving on ") < want {
		select {
		case <-s.ended:
			ts.Fatalf("the server ended with %d:\n%s", s.cmd.ProcessState.ExitCode(), s.log)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// end CODE: asks the server to stop as systemd does and expects the exit code.
// What it had printed becomes stdout.
func end(ts *testscript.TestScript, _ bool, args []string) {
	signalled(ts, syscall.SIGTERM)
	rig.WantCode(ts, ts.Value("server").(*server).cmd, args[0])
	ts.Value("server").(*server).cmd = nil
}

// shoot: ends the server as kill -9 does.
func shoot(ts *testscript.TestScript, _ bool, _ []string) {
	signalled(ts, syscall.SIGKILL)
	ts.Value("server").(*server).cmd = nil
}

func signalled(ts *testscript.TestScript, signal syscall.Signal) {
	s := ts.Value("server").(*server)
	ts.Check(s.cmd.Process.Signal(signal))
	<-s.ended
	fmt.Fprint(ts.Stdout(), s.log.String())
}

// post [-status=N] unix:PATH NARRATIVE [MIB]: hands in a testimony, with a file of
// so many MiB. The answer must have the status, 200 if none is given; the page
// becomes stdout.
func post(ts *testscript.TestScript, _ bool, args []string) {
	want := "200"
	if n, ok := strings.CutPrefix(args[0], "-status="); ok {
		want, args = n, args[1:]
	}
	state, args := dialled(ts, args)
	var files []rig.File
	if len(args) > 2 {
		n, err := strconv.Atoi(args[2])
		ts.Check(err)
		files = append(files, rig.Text("film.mp4", strings.Repeat("0123456789abcdef", n<<16)))
	}
	status, page, err := state.Post(args[1], files...)
	ts.Check(err)
	if strconv.Itoa(status) != want || !strings.Contains(page, "</html>") {
		ts.Fatalf("status %d", status)
	}
	fmt.Fprint(ts.Stdout(), page)
}

// dialled takes -circuit=N, if it is there, and returns the state at the address behind
// it, and the arguments from there on.
func dialled(ts *testscript.TestScript, args []string) (*rig.State, []string) {
	circuit, on := strings.CutPrefix(args[0], "-circuit=")
	if on {
		args = args[1:]
	}
	address, ok := strings.CutPrefix(args[0], "unix:")
	if !ok {
		ts.Fatalf("%s: not unix:PATH", args[0])
	}
	state := &rig.State{Socket: ts.MkAbs(address)}
	if on {
		n, err := strconv.ParseUint(circuit, 10, 32)
		ts.Check(err)
		state = state.On(uint32(n))
	}
	return state, args
}

// get unix:PATH STATUS PAGE: asks for a page, which becomes stdout. The status closed
// says that there must be no answer.
func get(ts *testscript.TestScript, _ bool, args []string) {
	state, args := dialled(ts, args)
	status, page, err := state.Send(strings.NewReader("GET " + args[2] + " HTTP/1.1\r\nHost: amana.onion\r\n\r\n"))
	if args[1] == "closed" {
		if err == nil {
			ts.Fatalf("status %d", status)
		}
		return
	}
	ts.Check(err)
	if strconv.Itoa(status) != args[1] {
		ts.Fatalf("status %d", status)
	}
	fmt.Fprint(ts.Stdout(), page)
}

// oldsocket PATH: leaves a socket on which nobody answers any more.
func oldSocket(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: ts.MkAbs(args[0])})
	ts.Check(err)
	l.SetUnlinkOnClose(false)
	ts.Check(l.Close())
}
