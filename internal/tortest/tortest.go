// Package tortest brings up a private Tor network on this machine for tests: a
// directory authority, relays, the tor of an onion service with the lines that the
// project ships, and a client's tor.
//
// Only tests may import it. It touches 127.0.0.1, and one folder below the system's
// folder for temporary files; it needs the programs of Debian's package tor, and not
// to be root. No tor of it knows the public network. All of it goes with the test,
// also when the test is killed.
//
// The network is the smallest that works, with a little margin: below four relays no
// onion service is ever reached. It is up in about ten seconds, so a test binary
// brings it up once.
package tortest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// relays is how many relays there are, the authority among them.
const relays = 5

// patience bounds each step of bringing tors up. A step takes a second or two; the
// machine may be busy with something else.
const patience = 90 * time.Second

// Network is a private Tor network that runs.
type Network struct {
	Folder string // of all its files; what is put there goes with it

	common   string // torrc lines of every tor
	watcher  *exec.Cmd
	lifeline io.Closer // while it is open the watcher does nothing
	count    atomic.Int64

	mu   sync.Mutex // held while a tor starts or ends
	tors []*tor
}

// errMissing says what to install.
var errMissing = errors.New("tortest: tor is not installed: apt-get install tor")

// Up brings a network up: relays that have agreed on who they are. The caller must
// Close it. On a machine with much to do a port may be taken meanwhile, or a relay come
// too late for the vote; then Up begins anew, twice at most.
func Up(ctx context.Context) (n *Network, err error) {
	for range 3 {
		if n, err = try(ctx); err == nil || errors.Is(err, errMissing) || ctx.Err() != nil {
			break
		}
	}
	return n, err
}

func try(ctx context.Context) (*Network, error) {
	n, err := begin()
	if err != nil {
		return nil, err
	}
	if err := n.start(ctx); err != nil {
		err = fmt.Errorf("tortest: %w\n%s", err, n.Logs())
		n.Close()
		return nil, err
	}
	return n, nil
}

// begin makes the folder and the watcher over it.
func begin() (*Network, error) {
	for _, program := range []string{"tor", "tor-gencert"} {
		if _, err := exec.LookPath(program); err != nil {
			return nil, errMissing
		}
	}
	folder, err := os.MkdirTemp("", "amana-tor-")
	if err != nil {
		return nil, fmt.Errorf("tortest: %w", err)
	}
	n := &Network{Folder: folder}
	// The longest path of a socket that the system can hold has 107 bytes.
	if longest := filepath.Join(folder, "client-99", "control"); len(longest) > 107 {
		n.Close()
		return nil, fmt.Errorf("tortest: %s is too long for a socket: set TMPDIR to a shorter folder", longest)
	}
	if err := n.watch(); err != nil {
		n.Close()
		return nil, fmt.Errorf("tortest: start the watcher: %w", err)
	}
	return n, nil
}

// start starts the relays and waits for their consensus.
func (n *Network) start(ctx context.Context) error {
	ports, err := freePorts(2 * relays)
	if err != nil {
		return err
	}
	authority, err := n.authority(ctx, ports[0], ports[1])
	if err != nil {
		return err
	}
	n.common += authority
	// Votes are held on a grid of the clock. It lies half an interval away until
	// every relay is known: a vote before would last a whole interval.
	far := (time.Now().Unix() + interval/2) % interval
	for i := range relays {
		name, lines := fmt.Sprintf("relay-%d", i), relayLines(ports[2*i])
		if i == 0 {
			lines += authorityLines(ports[1], far)
		}
		if _, err := n.run(name, lines); err != nil {
			return err
		}
	}
	first := n.tors[0]
	if err := wait(ctx, "the relays are not all known to the authority", n.alive, func() (bool, error) {
		out, err := first.control.Do("GETINFO desc/all-recent")
		return strings.Count("\n"+strings.Join(out, "\n"), "\nrouter ") == relays, err
	}); err != nil {
		return err
	}
	now := time.Now().Add(time.Second).Unix() + 1
	if _, err := first.control.Do(fmt.Sprintf("SETCONF TestingV3AuthVotingStartOffset=%d", now%interval)); err != nil {
		return err
	}
	return wait(ctx, "the relays do not agree on a consensus", n.alive, func() (bool, error) {
		consensus, err := os.ReadFile(filepath.Join(first.folder, caches[0]))
		if err != nil || !strings.Contains(string(consensus), "directory-signature") {
			return false, nil
		}
		if _, err := os.Stat(filepath.Join(first.folder, caches[1])); err != nil {
			return false, nil
		}
		if got := len(routerLine.FindAll(consensus, -1)); got != relays {
			return false, fmt.Errorf("the consensus holds %d relays of %d", got, relays)
		}
		return true, nil
	})
}

var routerLine = regexp.MustCompile(`(?m)^r `)

// caches are the authority's files that a new tor begins with. A tor that asked a
// relay which does not have them yet would wait for ten seconds.
var caches = []string{"cached-microdesc-consensus", "cached-microdescs.new", "cached-certs"}

// warm gives a tor's folder the authority's caches.
func (n *Network) warm(folder string) error {
	for _, name := range caches {
		data, err := os.ReadFile(filepath.Join(n.Folder, "relay-0", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// wait calls done until it reports true or fails, or a tor has ended, or patience has.
func wait(ctx context.Context, otherwise string, alive func() error, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		ok, err := done()
		if ok || err != nil {
			return err
		}
		if err := alive(); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", otherwise, ctx.Err())
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// alive returns an error if a tor has ended that should run.
func (n *Network) alive() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, t := range n.tors {
		if err := t.gone(); err != nil {
			return err
		}
	}
	return nil
}

// Logs returns the last lines of every tor's log, for a test that failed.
func (n *Network) Logs() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all strings.Builder
	for _, t := range n.tors {
		name, lines := filepath.Base(t.folder), 15
		if strings.HasPrefix(name, "relay") {
			lines = 4
		}
		fmt.Fprintf(&all, "-- %s\n%s", name, t.tail(lines))
	}
	return all.String()
}

// Close ends every tor and removes the folder.
func (n *Network) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, t := range n.tors {
		t.stop()
	}
	if n.lifeline != nil {
		n.lifeline.Close()
		n.watcher.Wait()
	}
	os.RemoveAll(n.Folder)
}
