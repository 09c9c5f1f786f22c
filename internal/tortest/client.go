package tortest

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/net/proxy"
)

// Client is the tor of somebody who wants to reach an onion service.
type Client struct {
	SOCKS   string // its SOCKS address
	Control *Control

	tor *tor
}

// What tor answers over SOCKS to one who lacks the key of a closed onion service, or
// has a wrong one (proposal 304, "Socks5 Extended Error Code").
const (
	MissingKey = 0xF4
	WrongKey   = 0xF5
)

// Client starts a client's tor and waits until it can be used.
func (n *Network) Client(ctx context.Context) (*Client, error) {
	ports, err := freePorts(1)
	if err != nil {
		return nil, err
	}
	name := n.name("client")
	c := &Client{SOCKS: fmt.Sprintf("127.0.0.1:%d", ports[0])}
	folder := filepath.Join(n.Folder, name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	if err := n.warm(folder); err != nil {
		return nil, err
	}
	if c.tor, err = n.run(name, "SafeLogging 0\nSocksPort "+c.SOCKS+" ExtendedErrors\n"); err != nil {
		return nil, err
	}
	c.Control = c.tor.control
	return c, wait(ctx, "the client's tor is not ready", n.alive, c.tor.bootstrapped)
}

// Dial opens a stream to an address, which has a port. Streams with the same isolation
// share a circuit, and others do not.
func (c *Client) Dial(ctx context.Context, address, isolation string) (net.Conn, error) {
	d, err := proxy.SOCKS5("tcp", c.SOCKS, &proxy.Auth{User: isolation, Password: "x"}, &net.Dialer{})
	if err != nil {
		return nil, err
	}
	return d.(proxy.ContextDialer).DialContext(ctx, "tcp", address)
}

// Refused reports whether tor answered with a code of its own.
func Refused(err error, code int) bool {
	return err != nil && strings.HasSuffix(err.Error(), fmt.Sprintf("unknown code: %d", code))
}

// Circuits returns the circuits that streams with an isolation go through, to an
// onion service.
func (c *Client) Circuits(isolation string) (ids []string, err error) {
	out, err := c.Control.Do("GETINFO circuit-status")
	for _, line := range out {
		line = strings.TrimPrefix(line, "circuit-status=")
		id, rest, _ := strings.Cut(line, " ")
		if strings.HasPrefix(rest, "BUILT ") && strings.Contains(line, "PURPOSE=HS_CLIENT_REND") && strings.Contains(line, `SOCKS_USERNAME="`+isolation+`"`) {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// CloseCircuit closes a circuit with all that goes through it.
func (c *Client) CloseCircuit(id string) error {
	_, err := c.Control.Do("CLOSECIRCUIT " + id)
	return err
}

// Enter gives the client the key of a closed onion service, as somebody types it into
// their browser.
func (c *Client) Enter(onion string, k *Key) error {
	_, err := c.Control.Do("ONION_CLIENT_AUTH_ADD " + strings.TrimSuffix(onion, ".onion") + " x25519:" + k.base64())
	return err
}
