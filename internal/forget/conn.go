package forget

import (
	"net"
	"sync"
	"unsafe"
)

// Conn is a connection that remembers into which buffers it was read.
//
// net/http keeps the buffers of closed connections in a pool, so clearing one
// after the close could wipe what the next connection has read into it: that
// would damage a testimony. Forget must therefore be called while the buffers
// are certainly this connection's own: before the close, after a hijack.
type Conn struct {
	net.Conn

	mu      sync.Mutex
	buffers map[*byte][]byte // by the address of the last byte of their array
}

// NewConn returns c with a memory of its buffers.
func NewConn(c net.Conn) *Conn { return &Conn{Conn: c} }

// Read implements net.Conn.
func (c *Conn) Read(p []byte) (int, error) {
	// net/http waits for the next request in a buffer of one byte, in another
	// goroutine; one byte tells nothing and is not ours to clear meanwhile.
	if Enabled && cap(p) > 1 {
		c.remember(p)
	}
	return c.Conn.Read(p)
}

// remember notes the array behind p. A bufio.Reader passes ever shorter tails
// of one array, which all end at the same byte; the longest is kept.
func (c *Conn) remember(p []byte) {
	whole := p[:cap(p)]
	end := unsafe.SliceData(whole[len(whole)-1:])
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.buffers[end]) < len(whole) {
		if c.buffers == nil {
			c.buffers = make(map[*byte][]byte)
		}
		c.buffers[end] = whole
	}
}

// Forget clears every buffer that the connection was read into. Nobody may use
// them any more.
func (c *Conn) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, b := range c.buffers {
		clear(b)
	}
	c.buffers = nil
}
