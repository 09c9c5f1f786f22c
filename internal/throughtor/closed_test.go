package throughtor

import (
	"context"
	"net"
	"path/filepath"
	"testing"

	"amana/internal/deploy"
	"amana/internal/rig"
	"amana/internal/tortest"
)

// A closed intake is reached with a key and not without: tor itself refuses, and the
// server hears nothing. A key that is added later, and a SIGHUP, let the next one in.
func TestClosedIntake(t *testing.T) {
	p := network(t)
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	state := rig.NewState(t, rig.Erasing, 1)
	state.Socket = filepath.Join(p.Folder, "closed.sock")
	s := state.Serve(t, nil, "--circuits")
	key := func(name string) *tortest.Key {
		k, err := tortest.NewKey(name)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	first, second := key("first"), key("second")
	onion, err := p.Onion(ctx, deploy.Torrc, state.Socket, first)
	if err != nil {
		t.Fatal(err)
	}
	client := func() *tortest.Client {
		c, err := p.Client(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	enter := func(c *tortest.Client, k *tortest.Key) {
		if err := c.Enter(onion.Hostname, k); err != nil {
			t.Fatal(err)
		}
	}
	try := func(c *tortest.Client) error {
		conn, err := c.Dial(ctx, onion.Address(), visitor())
		if err == nil {
			conn.Close()
		}
		return err
	}

	holder, other := p.client, client()
	if err := try(holder); !tortest.Refused(err, tortest.MissingKey) {
		t.Errorf("without a key: %v", err)
	}
	enter(holder, first)
	if err := try(holder); err != nil {
		t.Errorf("with a key: %v", err)
	}
	enter(other, second)
	if err := try(other); !tortest.Refused(err, tortest.WrongKey) {
		t.Errorf("with a key that is not known: %v", err)
	}
	if err := onion.Authorize(ctx, second); err != nil {
		t.Fatal(err)
	}
	// A new identity, as the browser's button has it, forgets what the tor knew of the
	// onion, the key too. Some relays have the old descriptor for a moment longer than
	// others, and a client may ask one of them first.
	var last error
	within(t, "a key that was added lets nobody in", func() bool {
		if _, err := other.Control.Do("SIGNAL NEWNYM"); err != nil {
			t.Fatal(err)
		}
		enter(other, second)
		last = try(other)
		return !tortest.Refused(last, tortest.WrongKey)
	})
	if last != nil {
		t.Errorf("with a key that was added: %v", last)
	}

	// Who has a key hands in a testimony like any other; and that is all that came.
	s.Via = func() (net.Conn, error) { return other.Dial(ctx, onion.Address(), visitor()) }
	if status, _, err := s.Post("من دائرة مغلقة", rig.Text("a.jpg", "a")); err != nil || status != 200 || len(s.Export(t)) != 1 {
		t.Errorf("a testimony: status %d, %v", status, err)
	}
}
