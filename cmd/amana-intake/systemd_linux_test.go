package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"amana/internal/rig"
)

// manager does for the server what systemd does: it opens the socket, hands it over,
// and is told how the server fares.
type manager struct {
	t      *testing.T
	state  *rig.State
	socket *os.File
	told   *net.UnixConn
	notify string
}

func newManager(t *testing.T) *manager {
	t.Helper()
	m := &manager{t: t, state: rig.NewState(t, rig.Erasing, 1), notify: filepath.Join(t.TempDir(), "notify")}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: m.state.Socket})
	m.check(err)
	t.Cleanup(func() { l.Close() })
	m.check(os.Chmod(m.state.Socket, 0o660))
	m.socket, err = l.File()
	m.check(err)
	m.told, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: m.notify, Net: "unixgram"})
	m.check(err)
	t.Cleanup(func() { m.told.Close() })
	return m
}

func (m *manager) check(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

// start starts a server with the socket. The shell tells the server its own number,
// which is the shell's.
func (m *manager) start() (*exec.Cmd, *rig.Log) {
	m.t.Helper()
	program := rig.Program(m.t, rig.Erasing, "amana-intake")
	cmd := exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$@"`, "sh", program, "serve", "--reserve", "0", "--state", m.state.Folder, "--listen", "systemd")
	cmd.Env = append(os.Environ(), "AMANA_AS_ROOT=1", "LISTEN_FDS=1", "NOTIFY_SOCKET="+m.notify)
	cmd.ExtraFiles = []*os.File{m.socket}
	log := new(rig.Log)
	cmd.Stdout, cmd.Stderr = log, log
	m.check(cmd.Start())
	m.t.Cleanup(func() { cmd.Process.Kill() })
	return cmd, log
}

// hear waits for the next thing that the server tells.
func (m *manager) hear(want string) {
	m.t.Helper()
	buf := make([]byte, 1000)
	m.told.SetReadDeadline(time.Now().Add(30 * time.Second))
	n, err := m.told.Read(buf)
	if err != nil || !strings.HasPrefix(string(buf[:n]), want) {
		m.t.Fatalf("the server tells %q (%v), want %s", buf[:n], err, want)
	}
}

// With a socket of systemd's the server opens none, tells when it is ready, and loses
// nothing that comes between its end and its next start.
func TestListenSystemd(t *testing.T) {
	m := newManager(t)
	server, log := m.start()
	m.hear("READY=1")
	if status, _, err := m.state.Post("first"); err != nil || status != 200 {
		t.Fatalf("post: %d, %v\n%s", status, err, log)
	}
	m.check(server.Process.Signal(syscall.SIGHUP))
	m.hear("RELOADING=1\nMONOTONIC_USEC=")
	m.hear("READY=1")
	m.check(server.Process.Signal(syscall.SIGTERM))
	m.hear("STOPPING=1")
	if err := server.Wait(); err != nil || !strings.Contains(log.String(), "serving on unix:"+m.state.Socket+"\"\n") {
		t.Fatalf("the server ends with %v:\n%s", err, log)
	}
	if _, err := os.Lstat(m.state.Socket); err != nil {
		t.Errorf("the server removed a socket that is not its own: %v", err)
	}
	answered := make(chan int)
	go func() {
		status, _, _ := m.state.Post("between")
		answered <- status
	}()
	time.Sleep(100 * time.Millisecond)
	_, log = m.start()
	m.hear("READY=1")
	if status := <-answered; status != 200 {
		t.Errorf("what came while no server ran: %d\n%s", status, log)
	}
	if out := m.state.Run(t, "status"); !strings.Contains(out, "testimonies  2,") {
		t.Errorf("status:\n%s", out)
	}
}

// A socket that anybody can open is not served: who connects is believed.
func TestListenSystemdOpenToAll(t *testing.T) {
	m := newManager(t)
	m.check(os.Chmod(m.state.Socket, 0o666))
	server, log := m.start()
	if err := server.Wait(); err == nil || !strings.Contains(log.String(), "anybody on this machine can open it (mode 666)") {
		t.Errorf("%v:\n%s", err, log)
	}
}
