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
	// maxSilent is how many connections may be without their line. One more takes
	// the place of the one that was silent longest.
	maxSilent = 256
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
	silent *list.List // of net.Conn, those that are silent longest first
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
			e.Value.(net.Conn).Close()
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
	if l.silent.Len() >= maxSilent {
		l.silent.Remove(l.silent.Front()).(net.Conn).Close()
	}
	return l.silent.PushBack(c)
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
