package operator

import (
	"errors"
	"fmt"

	"amana/intake/circuit"
)

// CircuitFlags are what one of tor's circuits may have, so that whoever floods the
// server floods his own share.
type CircuitFlags struct {
	Circuits        bool     `help:"Give each of tor's circuits a share of its own. Tor must say which circuit it is (HiddenServiceExportCircuitID haproxy); a connection without its line is closed."`
	CircuitConns    int      `default:"16" help:"Connections of one circuit at once, with --circuits."`
	CircuitUploads  int      `default:"4" help:"Testimonies of one circuit that are sent at once."`
	CircuitRequests int      `default:"120" help:"Requests of one circuit a minute; each page is two, and one that keeps something or opens a code counts five."`
	CircuitBytes    byteSize `default:"8MiB" help:"Bytes of one circuit's forms that wait in memory at once: their words, not their files."`
}

// minCircuitBytes is what one form may take, and so the least that makes sense.
const minCircuitBytes = 2 << 20

// validate refuses shares with which nobody gets through.
func (c CircuitFlags) validate() error {
	switch {
	case c.CircuitConns < 1 || c.CircuitUploads < 1:
		return errors.New("--circuit-conns and --circuit-uploads must be above 0")
	case c.CircuitRequests < 20:
		return errors.New("--circuit-requests must be at least 20: half of it may come at once, and a few pages are that")
	case c.CircuitBytes < minCircuitBytes:
		return fmt.Errorf("--circuit-bytes must be at least %d: one form may take as much", minCircuitBytes)
	}
	return nil
}

// shares returns each circuit's share, or nil if circuits are not told apart.
func (c CircuitFlags) shares() *circuit.Shares {
	if !c.Circuits {
		return nil
	}
	return &circuit.Shares{Conns: c.CircuitConns, Uploads: c.CircuitUploads, Requests: c.CircuitRequests, Bytes: int64(c.CircuitBytes)}
}
