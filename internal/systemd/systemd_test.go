package systemd

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// What is handed over is handed to a process when it starts, so a child plays it: this
// program again.
func TestMain(m *testing.M) {
	if os.Getenv("AMANA_SYSTEMD_CHILD") == "" {
		os.Exit(m.Run())
	}
	// The number of the process that is meant is known only to itself here.
	if os.Getenv("LISTEN_PID") == "self" {
		os.Setenv("LISTEN_PID", strconv.Itoa(os.Getpid()))
	}
	os.Exit(child())
}

// child answers one connection on each socket that was handed over.
func child() int {
	all, err := Listeners()
	if err != nil {
		fmt.Println(err)
		return 1
	}
	if _, err := Listeners(); !errors.Is(err, ErrNone) || os.Getenv("LISTEN_FDS") != "" {
		fmt.Println("they are handed over twice")
		return 1
	}
	for _, l := range all {
		c, err := l.Accept()
		if err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Fprint(c, l.Addr())
		c.Close()
		l.Close()
	}
	return 0
}

func started(t *testing.T, pid, fds string, files ...*os.File) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "AMANA_SYSTEMD_CHILD=1", "LISTEN_PID="+pid, "LISTEN_FDS="+fds)
	cmd.ExtraFiles = files
	return cmd
}

func TestListeners(t *testing.T) {
	dir := t.TempDir()
	var files []*os.File
	var paths []string
	for _, name := range []string{"a", "b"} {
		path := filepath.Join(dir, name)
		l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		file, err := l.File()
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		files, paths = append(files, file), append(paths, path)
	}
	// Two programs after each other: what comes before one is there waits for it.
	for range 2 {
		var waiting []net.Conn
		for _, path := range paths {
			c, err := net.Dial("unix", path)
			if err != nil {
				t.Fatalf("nobody listens any more: %v", err)
			}
			defer c.Close()
			waiting = append(waiting, c)
		}
		if out, err := started(t, "self", "2", files...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for i, c := range waiting {
			if got, err := io.ReadAll(c); string(got) != paths[i] {
				t.Errorf("the socket says %q (%v), want %s", got, err, paths[i])
			}
		}
	}
}

func TestListenersRefuses(t *testing.T) {
	file, err := os.Open("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, c := range []struct{ pid, fds string }{{"", ""}, {"1", "1"}, {"self", ""}, {"self", "0"}, {"self", "many"}, {"self", "1000000"}, {"self", "1"}} {
		if out, err := started(t, c.pid, c.fds, file).CombinedOutput(); err == nil || len(out) == 0 {
			t.Errorf("%v: no error (%s)", c, out)
		}
	}
}

func TestNotifier(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	n, err := Connect()
	if err != nil || os.Getenv("NOTIFY_SOCKET") != "" {
		t.Fatalf("%v, or the name stays", err)
	}
	for want, say := range map[string]func() error{
		`^READY=1$`: n.Ready,
		`^RELOADING=1\nMONOTONIC_USEC=[1-9]\d{5,}$`:  n.Reloading,
		`^STOPPING=1\nEXTEND_TIMEOUT_USEC=25000000$`: func() error { return n.Stopping(25 * time.Second) },
	} {
		if err := say(); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 1000)
		l.SetReadDeadline(time.Now().Add(10 * time.Second))
		got, err := l.Read(buf)
		if err != nil || !regexp.MustCompile(want).Match(buf[:got]) {
			t.Errorf("it says %q (%v), want %s", buf[:got], err, want)
		}
	}
	if err := n.Close(); err != nil {
		t.Error(err)
	}
	// Without a manager nobody is told, and that is no error.
	n, err = Connect()
	if err := errors.Join(err, n.Ready(), n.Reloading(), n.Stopping(time.Second), n.Close()); err != nil {
		t.Error(err)
	}
}
