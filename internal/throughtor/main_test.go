package throughtor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"amana/internal/deploy"
	"amana/internal/rig"
	"amana/internal/tortest"
)

// place is the one network of this test binary, with an onion service that leads to a
// socket, and somebody's tor.
type place struct {
	*tortest.Network
	onion  *tortest.Onion
	client *tortest.Client
	socket string
}

// limit bounds what waits for tor. All of it takes seconds on a machine with nothing
// else to do.
const limit = 3 * time.Minute

var up = sync.OnceValues(func() (*place, error) {
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	network, err := tortest.Up(ctx)
	if err != nil {
		return nil, err
	}
	p := &place{Network: network, socket: filepath.Join(network.Folder, "onion.sock")}
	var both sync.WaitGroup
	var failed [2]error
	both.Go(func() { p.onion, failed[0] = p.Onion(ctx, deploy.Torrc, p.socket) })
	both.Go(func() { p.client, failed[1] = p.Client(ctx) })
	both.Wait()
	if err := errors.Join(failed[:]...); err != nil {
		return p, fmt.Errorf("%w\n%s", err, p.Logs())
	}
	fmt.Printf("the network is up in %.1f s\n", time.Since(start).Seconds())
	return p, nil
})

// The network is brought up by the first test that needs it: a list of the tests needs
// none.
func TestMain(m *testing.M) {
	var used atomic.Bool
	network := up
	up = func() (*place, error) {
		used.Store(true)
		return network()
	}
	code := m.Run()
	if used.Load() {
		if p, _ := network(); p != nil {
			p.Close()
		}
	}
	rig.Clean()
	os.Exit(code)
}

// visitors counts sources, so that each has a circuit of its own.
var visitors atomic.Int64

// visitor returns a name that no source had.
func visitor() string { return fmt.Sprintf("visitor-%d", visitors.Add(1)) }

// serve starts a server at the network's onion service. What is sent to it goes
// through the onion, each connection through a circuit of its own.
func serve(t *testing.T, args ...string) (*place, *rig.Server) {
	t.Helper()
	go up() // while the programs are built
	state := rig.NewState(t, rig.Erasing, 2)
	p := network(t)
	state.Socket = p.socket
	state.Via = func() (net.Conn, error) { return p.dial(visitor()) }
	s := state.Serve(t, nil, append(args, "--circuits")...)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server's log:\n%s", s.Log)
		}
	})
	return p, s
}

// network returns the network. When the test fails it shows what the tors logged.
func network(t *testing.T) *place {
	t.Helper()
	p, err := up()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(p.Logs())
		}
	})
	return p
}

// dial opens a stream to the onion service.
func (p *place) dial(isolation string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return p.client.Dial(ctx, p.onion.Address(), isolation)
}
