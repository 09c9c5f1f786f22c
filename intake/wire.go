package intake

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"

	"amana/intake/pages"
	"amana/internal/forget"
)

// Bounds of the wire. Tor adds seconds to everything.
const (
	headTimeout  = time.Minute     // for a request's head
	writeTimeout = 5 * time.Minute // for an answer, which is small
	lingerTime   = 3 * time.Second // for a client that still sends when it was answered
	maxHead      = 16 << 10        // bytes of a request's head
	copySize     = 32 << 10        // bytes read at once of what is passed over
)

// headers stand on every answer, whatever its status.
var headers = http.Header{
	"Cache-Control":                {"no-store"},
	"Connection":                   {"close"},
	"Content-Security-Policy":      {"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	"Content-Type":                 {"text/html; charset=utf-8"},
	"Cross-Origin-Embedder-Policy": {"require-corp"},
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Referrer-Policy":              {"no-referrer"},
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"},
}

// connKey is the context key of a request's connection.
type connKey struct{}

// newHTTP returns the server that parses requests. It writes no answer itself:
// see ServeHTTP.
func (s *Server) newHTTP() *http.Server {
	return &http.Server{
		Handler:                      s,
		ReadHeaderTimeout:            headTimeout,
		MaxHeaderBytes:               maxHead,
		DisableGeneralOptionsHandler: true,
		// net/http's log lines name clients.
		ErrorLog: log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
	}
}

// answer is a response in memory; it implements http.ResponseWriter.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) { a.status = status }

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

// bytes returns the answer as it stands on the wire.
func (a *answer) bytes(head bool) []byte {
	var out bytes.Buffer
	out.Grow(a.body.Len() + 2048)
	fmt.Fprintf(&out, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	a.header.Set("Content-Length", strconv.Itoa(a.body.Len()))
	a.header.Write(&out)
	out.WriteString("\r\n")
	if !head {
		out.Write(a.body.Bytes())
	}
	return out.Bytes()
}

// ServeHTTP answers one request and closes its connection.
//
// The answer is made in memory and written to the connection itself, not
// through net/http: so every header is ours, and once the connection is taken
// over, its buffers are not pooled but cleared. Whatever touches a source's
// words runs inside the erasure: here, and in submit. The rest does not, for
// each allocation in there costs.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.active.Add(1)
	defer s.active.Done()
	c := r.Context().Value(connKey{}).(*conn)
	// Closing the server cuts off what still waits for its source.
	cut := context.AfterFunc(s.stopping, func() { c.Conn.Close() })
	defer cut()
	defer c.end()
	body := newPacedReader(r.Body, c, s.config.Pace, s.config.Now)
	r.Body = io.NopCloser(body)
	out := s.compute(r)
	forget.Do(func() {
		whole := drain(body, s.config.Drain)
		if _, _, err := w.(http.Hijacker).Hijack(); err != nil {
			return
		}
		c.SetWriteDeadline(time.Now().Add(writeTimeout))
		c.Conn.Write(out.bytes(r.Method == http.MethodHead))
		if !whole {
			c.linger()
		}
	})
	if r.Method == http.MethodPost {
		s.collector.Touch()
	}
}

// compute makes the answer. A panic becomes a page that says that something
// failed here; what it said is dropped, it might hold a source's words.
func (s *Server) compute(r *http.Request) (out *answer) {
	out = &answer{header: headers.Clone(), status: http.StatusOK}
	defer func() {
		if recover() != nil {
			s.config.Problem(fmt.Errorf("intake: a request failed inside the program"))
			out = &answer{header: headers.Clone(), status: http.StatusInternalServerError}
			_ = s.pages.Problem(out, language(r), pages.Problem{Kind: pages.Internal, State: s.state})
		}
	}()
	s.route(out, r)
	return out
}

// drain reads on, up to limit bytes, so that a browser that is still sending
// gets to see the answer. It reports whether the body came to its end. It does
// not use io.Discard, which reads into buffers that are never erased.
func drain(body io.Reader, limit int64) bool {
	buffer := make([]byte, 1) // most bodies are at their end
	defer func() { clear(buffer) }()
	for limit > 0 {
		n, err := body.Read(buffer)
		limit -= int64(n)
		if err != nil {
			return err == io.EOF
		}
		if len(buffer) < copySize {
			buffer = make([]byte, copySize)
		}
	}
	return false
}

// conn is a source's connection.
type conn struct {
	*forget.Conn
	server *Server
	once   bool // an answer of net/http's own was replaced
}

// linger waits a little for a client that is still sending to read the answer:
// closing at once would take the answer away from it.
func (c *conn) linger() {
	if half, ok := c.Conn.Conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
	c.SetReadDeadline(time.Now().Add(lingerTime))
	drain(c.Conn.Conn, c.server.config.Drain)
}

// end closes the connection and clears what it was read into.
func (c *conn) end() {
	c.Forget()
	c.Close()
}

// Write is called by net/http only: to let a client go on (100 Continue), and
// to refuse what it could not parse. The refusal is replaced by a page of ours
// with all headers; net/http's buffer is cleared while it is still this
// connection's own.
func (c *conn) Write(p []byte) (int, error) {
	if bytes.HasPrefix(p, []byte("HTTP/1.1 1")) {
		return c.Conn.Write(p)
	}
	if c.once {
		return len(p), nil
	}
	c.once = true
	c.Forget()
	out := &answer{header: headers.Clone(), status: refusalStatus(p)}
	_ = c.server.pages.Problem(out, "", pages.Problem{Kind: pages.Malformed, State: c.server.state})
	c.SetWriteDeadline(time.Now().Add(writeTimeout))
	if _, err := c.Conn.Write(out.bytes(false)); err != nil {
		return 0, err
	}
	c.linger()
	return len(p), nil
}

// refusalStatus returns the status of an answer of net/http's own.
func refusalStatus(p []byte) int {
	const prefix = len("HTTP/1.1 ")
	if len(p) >= prefix+3 {
		if status, err := strconv.Atoi(string(p[prefix : prefix+3])); err == nil && status >= 400 && status < 600 {
			return status
		}
	}
	return http.StatusBadRequest
}
