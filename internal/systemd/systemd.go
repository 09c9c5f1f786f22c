// Package systemd speaks two small protocols of the service manager: sockets that it
// opened and hands over, and what state the service is in.
//
// It may use the descriptors and the one socket that the environment names, and takes
// those names out of the environment. It knows nothing of what is served.
package systemd

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// firstFD is the first descriptor that is handed over, see sd_listen_fds(3).
const firstFD = 3

// ErrNone says that no socket was handed over.
var ErrNone = errors.New("systemd handed no socket over")

// Listeners returns the listening sockets that were handed over, in their order. The
// caller closes them; their names in the file system stay, and what comes meanwhile
// waits for the next who is handed them. A second call finds none.
func Listeners() ([]net.Listener, error) {
	pid, fds := os.Getenv("LISTEN_PID"), os.Getenv("LISTEN_FDS")
	for _, name := range []string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		os.Unsetenv(name)
	}
	if pid != strconv.Itoa(os.Getpid()) || fds == "" {
		return nil, ErrNone
	}
	n, err := strconv.Atoi(fds)
	if err != nil || n < 1 || n > 64 {
		return nil, fmt.Errorf("%w: LISTEN_FDS is %.20q", ErrNone, fds)
	}
	var all []net.Listener
	for fd := firstFD; fd < firstFD+n; fd++ {
		file := os.NewFile(uintptr(fd), "handed over")
		l, err := net.FileListener(file) // a copy, not inherited by others
		file.Close()
		if err != nil {
			for _, l := range all {
				l.Close()
			}
			return nil, fmt.Errorf("descriptor %d, which systemd handed over, is not a listening socket: %w", fd, err)
		}
		all = append(all, l)
	}
	return all, nil
}

// Notifier tells the service manager what state the service is in, see sd_notify(3).
// The nil Notifier tells nobody.
type Notifier struct{ conn *net.UnixConn }

// Connect returns a notifier, nil where no service manager wants to know. It is
// connected now, for later the program may have no right to.
func Connect() (*Notifier, error) {
	path := os.Getenv("NOTIFY_SOCKET")
	os.Unsetenv("NOTIFY_SOCKET")
	if path == "" {
		return nil, nil
	}
	c, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return nil, fmt.Errorf("connect to the service manager: %w", err)
	}
	return &Notifier{c}, nil
}

// Ready says that the service serves, or has read again what it was to read.
func (n *Notifier) Ready() error { return n.say("READY=1") }

// Reloading says that the service reads its files again; Ready must follow.
func (n *Notifier) Reloading() error {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	return n.say("RELOADING=1", fmt.Sprintf("MONOTONIC_USEC=%d", now.Nano()/1000))
}

// Stopping says that the service stops, and how long that may take.
func (n *Notifier) Stopping(within time.Duration) error {
	return n.say("STOPPING=1", fmt.Sprintf("EXTEND_TIMEOUT_USEC=%d", within.Microseconds()))
}

// Close ends the connection.
func (n *Notifier) Close() error {
	if n == nil {
		return nil
	}
	return n.conn.Close()
}

func (n *Notifier) say(lines ...string) error {
	if n == nil {
		return nil
	}
	if _, err := n.conn.Write([]byte(strings.Join(lines, "\n"))); err != nil {
		return fmt.Errorf("tell the service manager: %w", err)
	}
	return nil
}
