package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// systemctl stands in systemd's place inside of a Debian where none runs. It obeys the
// few commands of docs/deploy.md by reading the same units, as far as they say what to
// start, as whom, and with which socket; what else they say (the confinement) is
// shown where systemd is. It refuses every command that it does not know.
func systemctl(args []string) int {
	var err error
	switch line := strings.Join(args, " "); line {
	case "daemon-reload", "restart systemd-journald", "mask suspend.target hibernate.target hybrid-sleep.target suspend-then-hibernate.target",
		"try-restart amana-intake.service":
	case "status amana-intake.service":
		_, err = os.Stat("/run/amana-intake/onion.sock")
	case "restart tor@default":
		err = startTor()
	case "reload tor@default":
		err = verifyTor()
	case "enable --now amana-intake.socket amana-intake.service":
		err = startWithSocket("amana-intake")
	default:
		err = fmt.Errorf("the test's systemctl does not know %q", line)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "systemctl:", err)
		return 1
	}
	return 0
}

// unit is the lines of a unit, by key.
type unit map[string][]string

func readUnit(name string) (unit, error) {
	data, err := os.ReadFile(filepath.Join("/usr/lib/systemd/system", name))
	if err != nil {
		return nil, err
	}
	u := unit{}
	for _, line := range strings.Split(strings.ReplaceAll(string(data), "\\\n", " "), "\n") {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(key, "#") {
			u[key] = append(u[key], value)
		}
	}
	return u, nil
}

func (u unit) one(key string) string {
	if len(u[key]) == 0 {
		return ""
	}
	return u[key][len(u[key])-1]
}

func verifyTor() error {
	u, err := readUnit("tor@default.service")
	if err != nil {
		return err
	}
	for _, line := range u["ExecStartPre"] {
		if out, err := exec.Command("sh", "-c", line).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", line, err, out)
		}
	}
	return nil
}

// startTor starts tor as its unit does, where no network is, and waits until it has
// made the onion's keys.
func startTor() error {
	if err := verifyTor(); err != nil {
		return err
	}
	u, err := readUnit("tor@default.service")
	if err != nil {
		return err
	}
	cmd := exec.Command("sh", "-c", "exec "+u.one("ExecStart")+" --DisableNetwork 1 >/mnt/tor.log 2>&1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Cloneflags: syscall.CLONE_NEWNET}
	if err := cmd.Start(); err != nil {
		return err
	}
	for range 600 {
		if _, err := os.Stat("/var/lib/tor/amana/hostname"); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	log, _ := os.ReadFile("/mnt/tor.log")
	return fmt.Errorf("tor makes no onion:\n%s", log)
}

// startWithSocket opens the socket of a unit, starts its service with it, and waits
// until the service says that it is ready.
func startWithSocket(name string) error {
	socket, err := readUnit(name + ".socket")
	if err != nil {
		return err
	}
	service, err := readUnit(name + ".service")
	if err != nil {
		return err
	}
	for _, u := range []unit{socket, service} {
		if path := u.one("ConditionPathExists"); path != "" {
			if _, err := os.Stat(path); err != nil {
				return fmt.Errorf("the unit's condition does not hold: %w", err)
			}
		}
	}
	file, err := openSocket(socket)
	if err != nil {
		return err
	}
	uid, gid, err := owner(service.one("User"), service.one("Group"))
	if err != nil {
		return err
	}
	const path = "/run/notify"
	notify, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return err
	}
	defer notify.Close()
	if err := os.Chmod(path, 0o666); err != nil {
		return err
	}
	cmd := exec.Command("sh", "-c", "LISTEN_FDS=1 LISTEN_PID=$$ exec "+service.one("ExecStart")+" >/tmp/intake.log 2>&1")
	cmd.Env = append(service["Environment"], "PATH=/usr/bin:/bin", "NOTIFY_SOCKET="+path)
	cmd.ExtraFiles = []*os.File{file}
	// Without a network, as PrivateNetwork has it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Cloneflags: syscall.CLONE_NEWNET,
		Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	if err := cmd.Start(); err != nil {
		return err
	}
	if service.one("Type") != "notify" {
		return nil
	}
	notify.SetReadDeadline(time.Now().Add(time.Minute))
	for buf := make([]byte, 4096); ; {
		n, err := notify.Read(buf)
		if err != nil {
			return fmt.Errorf("the service does not say that it is ready: %w", err)
		}
		if strings.Contains("\n"+string(buf[:n]), "\nREADY=1") {
			return nil
		}
	}
}

// openSocket listens as a socket unit says.
func openSocket(u unit) (*os.File, error) {
	path := u.one("ListenStream")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false)
	uid, gid, err := owner(u.one("SocketUser"), u.one("SocketGroup"))
	if err != nil {
		return nil, err
	}
	mode, err := strconv.ParseUint(u.one("SocketMode"), 8, 32)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(path, uid, gid); err != nil {
		return nil, err
	}
	if err := os.Chmod(path, os.FileMode(mode)); err != nil {
		return nil, err
	}
	return l.File()
}

// owner returns the numbers of a user and a group; without a name they are root's, and
// the user's own.
func owner(name, group string) (uid, gid int, err error) {
	if name != "" {
		u, err := user.Lookup(name)
		if err != nil {
			return 0, 0, err
		}
		uid, _ = strconv.Atoi(u.Uid) // a system's files hold numbers
		gid, _ = strconv.Atoi(u.Gid)
	}
	if group != "" {
		g, err := user.LookupGroup(group)
		if err != nil {
			return 0, 0, err
		}
		gid, _ = strconv.Atoi(g.Gid)
	}
	return uid, gid, nil
}
