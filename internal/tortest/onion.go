package tortest

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Onion is the tor of an onion service.
type Onion struct {
	Hostname string // ends with .onion

	network *Network
	tor     *tor
	folder  string // of the service's keys
}

// Lines returns a server's torrc with what a test cannot have as it is: the log, the
// missing control socket, and the paths, in whose place come a folder for the onion's
// keys and the socket of the intake. All else stands as it is given.
func Lines(torrc, folder, socket string) (string, error) {
	torrc = "\n" + torrc
	for _, r := range [][2]string{
		{"ControlSocket 0", ""},
		{"Log notice syslog", ""},
		{"HiddenServiceDir /var/lib/tor/amana", "HiddenServiceDir " + folder},
		{"HiddenServicePort 80 unix:/run/amana-intake/onion.sock", "HiddenServicePort 80 unix:" + socket},
	} {
		if strings.Count(torrc, "\n"+r[0]+"\n") != 1 {
			return "", fmt.Errorf("tortest: the torrc has not one line %q", r[0])
		}
		torrc = strings.Replace(torrc, "\n"+r[0]+"\n", "\n"+r[1]+"\n", 1)
	}
	return torrc[1:], nil
}

// Onion starts the tor of an onion service with the torrc that a server has, which
// leads to a socket, and waits until the service has made itself known. Those who may
// come in, if it is a closed one, are authorized before.
func (n *Network) Onion(ctx context.Context, torrc, socket string, authorized ...*Key) (*Onion, error) {
	name := n.name("onion")
	o := &Onion{network: n, folder: filepath.Join(n.Folder, name, "service")}
	lines, err := Lines(torrc, o.folder, socket)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(o.folder, "authorized_clients"), 0o700); err != nil {
		return nil, err
	}
	for _, k := range authorized {
		if err := o.authorize(k); err != nil {
			return nil, err
		}
	}
	if err := n.warm(filepath.Dir(o.folder)); err != nil {
		return nil, err
	}
	if o.tor, err = n.run(name, lines); err != nil {
		return nil, err
	}
	if err := o.known(ctx); err != nil {
		return nil, err
	}
	hostname, err := os.ReadFile(filepath.Join(o.folder, "hostname"))
	o.Hostname = strings.TrimSpace(string(hostname))
	return o, err
}

// known waits until a directory has taken the service's descriptor. A client that
// asked before would remember which directories did not have it.
func (o *Onion) known(ctx context.Context) error {
	if _, err := o.tor.control.Do("SETEVENTS HS_DESC"); err != nil {
		return err
	}
	return wait(ctx, "the onion service's descriptor is not taken", o.network.alive, func() (bool, error) {
		return o.tor.control.event("HS_DESC UPLOADED ")
	})
}

// Address returns where the service answers: its name and port 80.
func (o *Onion) Address() string { return o.Hostname + ":80" }

// Restart ends the service's tor with all that goes through it, starts it again, and
// waits until it has made itself known.
func (o *Onion) Restart(ctx context.Context) error {
	o.network.mu.Lock()
	o.tor.stop()
	err := o.network.spawn(o.tor)
	o.network.mu.Unlock()
	if err != nil {
		return err
	}
	return o.known(ctx)
}

// Key lets its holder into an onion service that is closed to others.
type Key struct {
	name    string
	private *ecdh.PrivateKey
}

// NewKey makes the key of a client with a name of letters and digits.
func NewKey(name string) (*Key, error) {
	private, err := ecdh.X25519().GenerateKey(rand.Reader)
	return &Key{name, private}, err
}

func (o *Onion) authorize(k *Key) error {
	public := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(k.private.PublicKey().Bytes())
	return os.WriteFile(filepath.Join(o.folder, "authorized_clients", k.name+".auth"), []byte("descriptor:x25519:"+public+"\n"), 0o600)
}

// Authorize lets the holder of a key in, and tells the tor by a SIGHUP as a server's
// operator does.
func (o *Onion) Authorize(ctx context.Context, k *Key) error {
	if err := o.authorize(k); err != nil {
		return err
	}
	if _, err := o.tor.control.event(""); err != nil { // what came before counts for nothing
		return err
	}
	if err := o.tor.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		return err
	}
	return o.known(ctx)
}

// base64 returns the key as a control command has it.
func (k *Key) base64() string {
	return base64.RawStdEncoding.EncodeToString(k.private.Bytes())
}
