package rig

import (
	"bufio"
	"crypto/sha3"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// Socks stands in for a tor's SocksPort (RFC 1928, with the passwords of RFC 1929 that
// tor separates circuits by): whatever host is asked for, dial is where it leads. It
// ends when the listener is closed.
func Socks(l net.Listener, dial func(host string) (net.Conn, error)) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			_ = socks(c, dial) // a client sees that it ended
		}()
	}
}

func socks(c net.Conn, dial func(string) (net.Conn, error)) error {
	in := bufio.NewReader(c)
	take := func(n int) ([]byte, error) {
		b := make([]byte, n)
		_, err := io.ReadFull(in, b)
		return b, err
	}
	counted := func() ([]byte, error) { // by the byte in front
		n, err := in.ReadByte()
		if err != nil {
			return nil, err
		}
		return take(int(n))
	}
	if v, err := in.ReadByte(); err != nil || v != 5 {
		return errors.New("not SOCKS 5")
	}
	if _, err := counted(); err != nil { // the ways to log in; tor takes this one
		return err
	}
	c.Write([]byte{5, 2})
	if _, err := in.ReadByte(); err != nil {
		return err
	}
	for range 2 { // name and password
		if _, err := counted(); err != nil {
			return err
		}
	}
	c.Write([]byte{1, 0})
	head, err := take(4)
	if err != nil || head[1] != 1 || head[3] != 3 { // connect, to a name
		return errors.New("not what tor is asked")
	}
	host, err := counted()
	if err != nil {
		return err
	}
	port, err := take(2)
	if err != nil {
		return err
	}
	out, err := dial(fmt.Sprintf("%s:%d", host, binary.BigEndian.Uint16(port)))
	if err != nil {
		c.Write([]byte{5, 0xF0, 0, 1, 0, 0, 0, 0, 0, 0}) // its descriptor cannot be found, says tor
		return err
	}
	defer out.Close()
	c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	go io.Copy(out, in)
	_, err = io.Copy(c, out)
	return err
}

// Onion returns an onion address with a right checksum that leads nowhere.
func Onion() string {
	key := make([]byte, 32)
	sum := sha3.Sum256([]byte(".onion checksum" + string(key) + "\x03"))
	return strings.ToLower(base32.StdEncoding.EncodeToString(append(append(key, sum[:2]...), 3))) + ".onion"
}
