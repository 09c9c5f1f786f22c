package circuit

import (
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// listen returns a listener on a socket of its own and how to dial it.
func listen(t *testing.T) (*Listener, func() net.Conn) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	n := NewListener(l)
	t.Cleanup(func() { n.Close() })
	return n, func() net.Conn {
		t.Helper()
		c, err := net.Dial("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(20 * time.Second))
		return c
	}
}

// Connections that say nothing delay nobody: with an Accept that waits for each of
// them, this takes lineTime.
func TestSilentConnectionsDelayNobody(t *testing.T) {
	l, dial := listen(t)
	for range 20 {
		dial()
	}
	began := time.Now()
	io.WriteString(dial(), line(7)+"hello")
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if took := time.Since(began); took > lineTime/2 {
		t.Errorf("it took %v", took)
	}
	if id := c.(*Conn).ID; id != 7 {
		t.Errorf("circuit %d", uint32(id))
	}
	// The request that came with the line is there, and no deadline is left over.
	buffer := make([]byte, 5)
	if _, err := io.ReadFull(c, buffer); err != nil || string(buffer) != "hello" {
		t.Errorf("read %q, %v", buffer, err)
	}
}

// One without tor's line gets no answer at all.
func TestConnectionWithoutLineIsClosed(t *testing.T) {
	_, dial := listen(t)
	c := dial()
	io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	// What was not read of it may end the connection with a reset.
	if answer, _ := io.ReadAll(c); len(answer) != 0 {
		t.Errorf("it was answered: %q", answer)
	}
}

// Silent ones never keep others out: the one that was silent longest goes.
func TestSilentConnectionsAreBounded(t *testing.T) {
	l, dial := listen(t)
	first := dial()
	for range maxSilent - 1 {
		dial()
	}
	time.Sleep(moment + moment/10)
	dial()
	dial()
	if answer, err := io.ReadAll(first); len(answer) != 0 || err != nil {
		t.Errorf("the first is not closed: %q, %v", answer, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.silent.Len(); n > maxSilent {
		t.Errorf("%d are silent", n)
	}
}

func TestListenerClose(t *testing.T) {
	l, dial := listen(t)
	silent, told := dial(), dial()
	io.WriteString(told, line(7)) // nobody accepts it
	for n := 0; n < 2; {
		l.mu.Lock()
		n = l.silent.Len()
		l.mu.Unlock()
		if n == 1 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	l.Close()
	if _, err := l.Accept(); err != net.ErrClosed {
		t.Errorf("accepted after the close: %v", err)
	}
	for _, c := range []net.Conn{silent, told} {
		if _, err := io.ReadAll(c); err != nil {
			t.Errorf("not closed: %v", err)
		}
	}
}
