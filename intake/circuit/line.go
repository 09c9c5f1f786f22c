package circuit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"strings"
)

// ID is tor's number of a circuit. It says nothing about who it is; all the same it
// is never printed, logged or stored.
type ID uint32

// Format implements fmt.Formatter.
func (ID) Format(f fmt.State, _ rune) { io.WriteString(f, "**redacted**") }

// MaxLine is the longest line that the protocol has, in bytes, its end included.
const MaxLine = 107

// shortest is the least that a line of tor's can have, in bytes: so much is read at
// once, and the few bytes after it singly. Nothing behind the line is ever read.
const shortest = len(start + network + "::" + " :: 0 0\r\n")

const (
	start   = "PROXY TCP6 "
	network = "fc00:dead:beef:4dad" // where tor puts its circuits, whose addresses have 64 more bits
)

// ErrLine says that a connection does not begin with tor's line. It does not say
// what stands there.
var ErrLine = errors.New("circuit: a connection does not begin with tor's line")

// Read reads tor's line from the beginning of a connection, and not one byte more.
// Its error wraps [ErrLine].
func Read(r io.Reader) (ID, error) {
	var buffer [MaxLine]byte
	defer clear(buffer[:])
	n := 0
	for {
		upTo := max(shortest, n+1)
		if upTo > MaxLine {
			return 0, ErrLine
		}
		got, err := r.Read(buffer[n:upTo])
		n += got
		// Whoever says something else is not waited for.
		if !bytes.HasPrefix(buffer[:n], []byte(start)[:min(n, len(start))]) {
			return 0, ErrLine
		}
		if n > 0 && buffer[n-1] == '\n' {
			return Parse(buffer[:n])
		}
		if err != nil {
			return 0, fmt.Errorf("%w: %w", ErrLine, err)
		}
	}
}

// Parse reads a line as tor writes it with HiddenServiceExportCircuitID haproxy, its
// end included:
//
//	PROXY TCP6 fc00:dead:beef:4dad::0:16 ::1 22 80\r\n
//
// It is the first version of HAProxy's PROXY protocol. The last 32 bits of the first
// address are the circuit's number. A line that tor would not write is refused:
// somebody else wrote it.
func Parse(line []byte) (ID, error) {
	body, ended := bytes.CutSuffix(line, []byte("\r\n"))
	if !ended || len(line) > MaxLine || !bytes.HasPrefix(body, []byte(start)) {
		return 0, ErrLine
	}
	fields := strings.Split(string(body[len(start):]), " ")
	if len(fields) != 4 || !port(fields[2]) || !port(fields[3]) {
		return 0, ErrLine
	}
	from, err := netip.ParseAddr(fields[0])
	if err != nil || !tors.Contains(from) {
		return 0, ErrLine
	}
	if to, err := netip.ParseAddr(fields[1]); err != nil || !to.Is6() || to.Zone() != "" {
		return 0, ErrLine
	}
	b := from.As16()
	return ID(b[12])<<24 | ID(b[13])<<16 | ID(b[14])<<8 | ID(b[15]), nil
}

// tors are the addresses that tor gives to circuits. A prefix contains no address
// with a zone.
var tors = netip.MustParsePrefix(network + "::/96")

// port reports whether s is a port as tor writes it.
func port(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && s == strconv.FormatUint(n, 10)
}
