package circuit

import (
	"container/list"
	"net"
	"sync"
	"time"
)

const (
	// lineTime is how long tor may take for its line, which it sends at once.
	lineTime = 10 * time.Second
	// maxSilent is how many connections may be without their line, of those that have
	// had a moment for it: in a burst of connections the lines are there, and only have
	// to be read. One more takes the place of the one that was silent longest.
	maxSilent = 256
	moment    = time.Second
	maxUnread = 4096 // the same of all, however short they are there
)

// Conn is a connection whose line was read.
type Conn struct {
	net.Conn
	ID ID
}

// Listener reads tor's line from each connection before it hands it on, as a [*Conn].
// One without a well-formed line is closed without an answer.
//
// The lines are read beside the loop that accepts: a connection that says nothing
// delays nobody.
type Listener struct {
	net.Listener
	ready  chan *Conn
	failed chan error
	closed chan struct{}
	close  func() error

	mu     sync.Mutex
	silent *list.List // of silent, those that are it longest first
}

// silent is a connection without its line.
type silent struct {
	net.Conn
	since time.Time
}

// NewListener reads the lines of l's connections. The caller must Close it.
func NewListener(l net.Listener) *Listener {
	n := &Listener{
		Listener: l,
		ready:    make(chan *Conn),
		failed:   make(chan error),
		closed:   make(chan struct{}),
		silent:   list.New(),
	}
	n.close = sync.OnceValue(func() error {
		close(n.closed)
		n.mu.Lock()
		defer n.mu.Unlock()
		for e := n.silent.Front(); e != nil; e = e.Next() {
			e.Value.(silent).Close()
		}
		return l.Close()
	})
	go n.run()
	return n
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.ready:
		return c, nil
	case err := <-l.failed:
		return nil, err
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *Listener) Close() error { return l.close() }

// run accepts until the listener is closed. After an error it goes on as soon as the
// caller asks again: whether that makes sense, net/http knows.
func (l *Listener) run() {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			select {
			case l.failed <- err:
				continue
			case <-l.closed:
				return
			}
		}
		go l.read(c, l.enter(c))
	}
}

// enter notes a silent connection.
func (l *Listener) enter(c net.Conn) *list.Element {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if first := l.silent.Front(); l.silent.Len() >= maxUnread || l.silent.Len() >= maxSilent && now.Sub(first.Value.(silent).since) > moment {
		l.silent.Remove(first).(silent).Close()
	}
	return l.silent.PushBack(silent{c, now})
}

// read reads the line and hands the connection on.
func (l *Listener) read(c net.Conn, e *list.Element) {
	c.SetReadDeadline(time.Now().Add(lineTime))
	id, err := Read(c)
	l.mu.Lock()
	l.silent.Remove(e) // does nothing if it is not there any more
	l.mu.Unlock()
	if err == nil {
		err = c.SetReadDeadline(time.Time{})
	}
	if err != nil {
		c.Close()
		return
	}
	select {
	case l.ready <- &Conn{c, id}:
	case <-l.closed:
		c.Close()
	}
}
