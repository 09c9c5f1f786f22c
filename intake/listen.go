package intake

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"

	"amana/intake/circuit"
	"amana/internal/forget"
)

// Listen opens an address of the form "unix:PATH" or "tcp:127.0.0.1:PORT". It
// refuses any address that another machine could reach: the intake is reached
// through Tor's onion service and nothing else. A socket left behind by a
// program that is gone is replaced; one that answers is not. The socket's mode
// is 0660.
func Listen(address string) (net.Listener, error) {
	if err := CheckAddress(address); err != nil {
		return nil, err
	}
	network, rest, _ := strings.Cut(address, ":")
	if network == "unix" {
		return listenUnix(rest)
	}
	return net.Listen("tcp", rest)
}

// CheckAddress refuses what [Listen] would never open, and opens nothing.
func CheckAddress(address string) error {
	network, rest, _ := strings.Cut(address, ":")
	switch network {
	case "unix":
		switch {
		case rest == "":
			return errors.New("listen: unix: needs a path")
		case len(rest) > maxSocketPath:
			return fmt.Errorf("listen on %s: the path of a socket has at most %d bytes", rest, maxSocketPath)
		}
		return nil
	case "tcp":
		ap, err := netip.ParseAddrPort(rest)
		if err != nil {
			return fmt.Errorf("listen on %q: not an address of the form tcp:127.0.0.1:PORT", address)
		}
		if !ap.Addr().IsLoopback() {
			return fmt.Errorf("listen on %q: other machines could reach it; only loopback is allowed", address)
		}
		return nil
	}
	return fmt.Errorf("listen on %q: neither unix:PATH nor tcp:127.0.0.1:PORT", address)
}

// Usable refuses a listener that was opened by somebody else and could be reached by
// other machines, or by others on this one than its owner and group.
func Usable(l net.Listener) error {
	address := l.Addr().String()
	switch a := l.Addr().(type) {
	case *net.TCPAddr:
		if !a.IP.IsLoopback() {
			return fmt.Errorf("listen on %s: other machines could reach it; only loopback is allowed", address)
		}
	case *net.UnixAddr:
		info, err := os.Stat(a.Name)
		if err != nil {
			return fmt.Errorf("listen on a socket without a name in a folder: %w", err)
		}
		if info.Mode().Perm()&0o007 != 0 {
			return fmt.Errorf("listen on %s: anybody on this machine can open it (mode %o)", address, info.Mode().Perm())
		}
	default:
		return fmt.Errorf("listen on %s: neither a Unix socket nor loopback", address)
	}
	return nil
}

// maxSocketPath is what the system's address of a socket can hold, in bytes.
const maxSocketPath = 107

func listenUnix(path string) (net.Listener, error) {
	if info, err := os.Lstat(path); err == nil {
		if info.Mode().Type() != fs.ModeSocket {
			return nil, fmt.Errorf("listen on %s: something that is not a socket stands there", path)
		}
		// Only a refusal says that nobody listens; a full queue does not.
		c, err := net.Dial("unix", path)
		if err == nil {
			c.Close()
		}
		if !errors.Is(err, syscall.ECONNREFUSED) {
			return nil, fmt.Errorf("listen on %s: another program has this socket", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("replace socket: %w", err)
		}
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if err := os.Chmod(path, 0o660); err != nil {
		l.Close()
		return nil, fmt.Errorf("listen: %w", err)
	}
	return l, nil
}

// unread is how much of an answer may wait in the kernel for tor to read it. The
// system's own size is ten times that, and a few thousand answers that nobody reads
// would be more than the service may have.
const unread = 16 << 10

// listener wraps connections so that they can be forgotten, and lets no more of them
// in than there are places for.
type listener struct {
	net.Listener
	server *Server
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		var id circuit.ID
		if told, ok := c.(*circuit.Conn); ok {
			c, id = told.Conn, told.ID
		}
		// What a client leaves unread stays in the kernel's memory, on our account, until
		// tor lets go of it, also when the connection is closed here long since.
		if u, ok := c.(*net.UnixConn); ok {
			_ = u.SetWriteBuffer(unread) // then it is the system's size, and more stays
		}
		guest := l.server.crowd.Enter(id, c)
		if guest == nil {
			c.Close() // without an answer: this costs us least
			continue
		}
		return &conn{Conn: forget.NewConn(&counted{c, guest}), server: l.server, guest: guest}, nil
	}
}

// counted gives its place back when it is closed.
type counted struct {
	net.Conn
	guest *circuit.Guest
}

// Close implements net.Conn.
func (c *counted) Close() error {
	defer c.guest.Leave()
	return c.Conn.Close()
}

// CloseWrite ends the sending side where the connection has one.
func (c *counted) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
