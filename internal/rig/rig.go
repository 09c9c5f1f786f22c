// Package rig runs the built programs for tests and benchmarks: it makes keys
// and a server's state, starts the server as a process of its own, and hands in
// testimonies over its socket as a browser would.
//
// Only tests and benchmarks import it.
package rig

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"
)

// Build is a way to build the programs.
type Build string

// The two ways that the tests compare.
const (
	Erasing Build = "runtimesecret"   // as the Makefile does
	Plain   Build = "noruntimesecret" // without the erasure
)

// noConfig keeps a program from the configuration of the machine that tests it.
const noConfig = "AMANA_CONFIG="

var (
	buildMu sync.Mutex
	built   = map[Build]string{}
)

// Program builds the programs once for the whole test binary and returns the
// path of one of them.
func Program(t testing.TB, b Build, name string) string {
	t.Helper()
	buildMu.Lock()
	defer buildMu.Unlock()
	if built[b] == "" {
		dir, err := os.MkdirTemp("", "amana-programs-*")
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("go", "build", "-trimpath", "-tags=tcell_minimal", "-o", dir+"/", "amana/cmd/...")
		cmd.Env = append(os.Environ(), "GOEXPERIMENT="+string(b), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build programs: %v\n%s", err, out)
		}
		built[b] = dir
	}
	return filepath.Join(built[b], name)
}

// Clean removes what Program built; call it when TestMain ends.
func Clean() {
	for _, dir := range built {
		os.RemoveAll(dir)
	}
}

// State is a server's state and the people whom it serves.
type State struct {
	*Org
	Folder     string
	Temp       string // TMPDIR of the server, to be searched
	Socket     string // where the server answers sources
	Identities []*age.HybridIdentity
	Recipients []age.Recipient
	KeyFile    string                   // the first reviewer's key
	Via        func() (net.Conn, error) // how to reach the server, if not over the socket
	program    string
	circuit    func() uint32 // of the next connection; nil: the server runs without --circuits
}

// NewState makes the state of a server with the given number of reviewers, and a
// roster that holds for half a year.
func NewState(t testing.TB, b Build, reviewers int) *State {
	t.Helper()
	dir := t.TempDir()
	s := &State{
		Folder:  filepath.Join(dir, "state"),
		Temp:    filepath.Join(dir, "temp"),
		Socket:  filepath.Join(dir, "onion.sock"),
		KeyFile: filepath.Join(dir, "reviewer.key"),
		program: Program(t, b, "amana-intake"),
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Mkdir(s.Temp, 0o700))
	var names []string
	for i := range reviewers {
		names = append(names, fmt.Sprintf("Reviewer %d", i+1))
	}
	var err error
	s.Org, err = NewOrg(names...)
	must(err)
	for _, k := range s.Reviewers {
		s.Identities = append(s.Identities, k.Identities[0])
		s.Recipients = append(s.Recipients, k.Identities[0].Recipient())
	}
	must(WriteKey(s.KeyFile, s.Reviewers[0]))
	first, err := s.Next(Day(0), Day(180))
	must(err)
	file := filepath.Join(dir, "roster-1.txt")
	must(os.WriteFile(file, first.Bytes(), 0o600))
	s.Run(t, "init", "--roster", file)
	return s
}

// Run runs a command of amana-intake, which must succeed, and returns what it
// printed.
func (s *State) Run(t testing.TB, args ...string) string {
	t.Helper()
	out, err := s.TryRun(args...)
	if err != nil {
		t.Fatalf("amana-intake %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// TryRun is Run for a command that may fail.
func (s *State) TryRun(args ...string) (string, error) {
	cmd := exec.Command(s.program, append(args, "--state", s.Folder)...)
	cmd.Env = append(os.Environ(), noConfig)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Server is a server that runs.
type Server struct {
	*State
	Cmd *exec.Cmd
	Log *Log // what it wrote to stdout and stderr
}

// Serve starts a server on the state's socket and waits until it answers. wrap,
// if any, is a command that runs the server, such as strace with its flags. The
// server is killed when the test ends.
func (s *State) Serve(t testing.TB, wrap []string, args ...string) *Server {
	t.Helper()
	server, err := s.Start(wrap, args...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Kill)
	return server
}

// Start is Serve without a test: the caller must Kill the server.
func (s *State) Start(wrap []string, args ...string) (*Server, error) {
	line := append(append([]string{}, wrap...), s.program, "serve", "--state", s.Folder, "--listen", "unix:"+s.Socket)
	line = append(line, args...)
	os.Remove(s.Socket)
	server := &Server{State: s, Cmd: exec.Command(line[0], line[1:]...), Log: new(Log)}
	server.Cmd.Env = append(os.Environ(), "TMPDIR="+s.Temp, "AMANA_AS_ROOT=1", noConfig)
	server.Cmd.Stdout, server.Cmd.Stderr = server.Log, server.Log
	// A group of its own, so that Kill ends what wrap runs too.
	server.Cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := server.Cmd.Start(); err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	for range 3000 {
		if strings.Contains(server.Log.String(), "serving on") {
			return server, nil
		}
		if exited(server.Cmd) {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	server.Kill()
	return nil, fmt.Errorf("server does not serve:\n%s", server.Log)
}

var addressOf = regexp.MustCompile(`serving on tcp:([0-9.]+:[0-9]+)`)

// Address returns the loopback address that the server was started on besides its
// socket, "127.0.0.1:40000".
func (s *Server) Address(t testing.TB) string {
	t.Helper()
	for range 1000 { // its line comes after that of the socket
		if m := addressOf.FindStringSubmatch(s.Log.String()); m != nil {
			return m[1]
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("no address in %q", s.Log)
	return ""
}

// WantQuiet fails the test if the server has logged more than that it serves on its
// socket.
func (s *Server) WantQuiet(t testing.TB) {
	t.Helper()
	want := fmt.Sprintf("time=%s level=INFO msg=\"serving on unix:%s\"\n", Day(0), s.Socket)
	if log := s.Log.String(); log != want {
		t.Errorf("the log holds more than %q:\n%s", want, log)
	}
}

// exited reports whether a process is gone or a zombie.
func exited(cmd *exec.Cmd) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
	return err != nil || bytes.Contains(stat, []byte(") Z "))
}

// Kill ends the server at once, as kill -9 does.
func (s *Server) Kill() {
	syscall.Kill(-s.Cmd.Process.Pid, syscall.SIGKILL)
	s.Cmd.Wait()
}

// Stop asks the server to stop and waits.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	s.Cmd.Process.Signal(os.Interrupt)
	if err := s.Cmd.Wait(); err != nil {
		t.Errorf("server stopped with %v:\n%s", err, s.Log)
	}
}

// Log collects output; it may be read while it is written.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String returns what was written so far.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// Memory returns a value in kB of /proc/PID/status, such as "RssAnon".
func (s *Server) Memory(field string) (int64, error) {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", s.Cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var n int64
		if rest, ok := strings.CutPrefix(lines.Text(), field+":"); ok {
			_, err := fmt.Sscan(rest, &n)
			return n, err
		}
	}
	return 0, fmt.Errorf("no %s in the status of process %d", field, s.Cmd.Process.Pid)
}

// WatchMemory notes the largest value of a field until ctx ends.
func (s *Server) WatchMemory(ctx context.Context, field string) (largest int64) {
	for ctx.Err() == nil {
		if n, err := s.Memory(field); err == nil {
			largest = max(largest, n)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return largest
}
