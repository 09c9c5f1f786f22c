package operator

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"amana/intake"
	"amana/internal/cli"
	"amana/internal/systemd"
)

// handedOver is the address of the sockets that systemd opened.
const handedOver = "systemd"

// listening is a socket on which sources are answered, and how it is called.
type listening struct {
	net.Listener
	address string
}

// inherit takes over the sockets that systemd opened, if they are wanted.
func (c *Serve) inherit() ([]listening, error) {
	if !slices.Contains(c.Listen, handedOver) {
		return nil, nil
	}
	const unit = "start it by its unit: systemctl start amana-intake.socket amana-intake.service; or give --listen unix:PATH"
	listeners, err := systemd.Listeners()
	if err != nil {
		return nil, cli.Hint(fmt.Errorf("listen: %w", err), unit)
	}
	var all []listening
	for _, l := range listeners {
		all = append(all, listening{l, l.Addr().Network() + ":" + l.Addr().String()})
		if err = intake.Usable(l); err != nil {
			closeAll(all)
			return nil, cli.Hint(err, "mend ListenStream= and SocketMode= of the socket's unit; the one that comes with this program has them right")
		}
	}
	return all, nil
}

// listen opens the addresses that systemd did not.
func (c *Serve) listen() ([]listening, error) {
	var all []listening
	for _, address := range c.Listen {
		if address == handedOver {
			continue
		}
		l, err := intake.Listen(address)
		if err != nil {
			closeAll(all)
			return nil, err
		}
		if l.Addr().Network() == "tcp" { // port 0 has become a real one
			address = "tcp:" + l.Addr().String()
		}
		all = append(all, listening{l, address})
	}
	return all, nil
}

func closeAll(all []listening) {
	for _, l := range all {
		l.Close()
	}
}

// internet says whether any socket must be one of the internet's. Those that were
// handed over are open already.
func (c *Serve) internet() bool {
	return slices.ContainsFunc(c.Listen, func(a string) bool { return strings.HasPrefix(a, "tcp:") })
}

// addresses refuses an address that could never be opened, or that is named twice.
func (c *Serve) addresses() error {
	for _, address := range c.Listen {
		if address == handedOver {
			continue
		}
		if err := intake.CheckAddress(address); err != nil {
			return err
		}
	}
	all := slices.Sorted(slices.Values(c.Listen))
	for i, address := range all {
		if i > 0 && address == all[i-1] && address != "tcp:127.0.0.1:0" {
			return errors.New("--listen names an address twice")
		}
	}
	return nil
}
