package intake

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"

	"amana/intake/circuit"
	"amana/intake/pages"
	"amana/internal/forget"
)

// Bounds of the wire. Tor adds seconds to everything.
const (
	writeTimeout = time.Minute      // for an answer, and more for each byte of it
	partingTime  = 20 * time.Second // for an answer to who has made room for another
	drainTime    = 15 * time.Minute // for the rest of a body that was refused
	otherTime    = 20 * time.Second // for the body of a request that should have none
	lingerTime   = 3 * time.Second  // for a client that still sends when it was answered
	maxHead      = 16 << 10         // bytes of a request's head
	copySize     = 32 << 10         // bytes moved at once
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
		ReadHeaderTimeout:            s.config.Pace.Head,
		MaxHeaderBytes:               maxHead,
		DisableGeneralOptionsHandler: true,
		// net/http's log lines name clients.
		ErrorLog: log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, c)
		},
	}
}

// answer is a response; it implements http.ResponseWriter. Its body is in memory,
// or, where it holds a source's words, is written when it is sent: it can be many
// times as long as what arrived.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
	guest  *circuit.Guest
	paced  *pacedReader          // the request's body
	page   func(io.Writer) error // writes the body instead, the same each time
	after  []func()              // called when the answer was sent
}

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) { a.status = status }

// Write implements http.ResponseWriter.
func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

// send writes the answer as it stands on the wire.
func (a *answer) send(c net.Conn, rate int64, head bool) error {
	page := a.page
	if page == nil {
		page = func(w io.Writer) error {
			_, err := w.Write(a.body.Bytes())
			return err
		}
	}
	var length counter
	if err := page(&length); err != nil {
		return err
	}
	patience := writeTimeout + time.Duration(int64(length)/rate)*time.Second
	if a.guest != nil && a.guest.Displaced() {
		patience = partingTime
	}
	c.SetWriteDeadline(time.Now().Add(patience))
	out := bufio.NewWriterSize(c, int(min(int64(length)+2048, copySize)))
	fmt.Fprintf(out, "HTTP/1.1 %d %s\r\n", a.status, http.StatusText(a.status))
	a.header.Set("Content-Length", strconv.FormatInt(int64(length), 10))
	a.header.Write(out)
	out.WriteString("\r\n")
	if !head {
		if err := page(out); err != nil {
			return err
		}
	}
	return out.Flush()
}

// finish does once what was to be done after the answer was sent.
func (a *answer) finish() {
	for _, f := range a.after {
		f()
	}
	a.after, a.page = nil, nil
}

// counter counts the bytes that are written to it.
type counter int64

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// ServeHTTP answers one request and closes its connection.
//
// The answer is written to the connection itself, not through net/http: so every
// header is ours, and once the connection is taken over, its buffers are not
// pooled but cleared. Whatever touches a source's words runs inside the erasure:
// here, and in posting. The rest does not, for each allocation in there costs.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := r.Context().Value(connKey{}).(*conn)
	if !s.begin() {
		c.end()
		panic(http.ErrAbortHandler)
	}
	defer s.active.Done()
	// Closing the server cuts off what still waits for its source.
	cut := context.AfterFunc(s.stopping, func() { c.Conn.Close() })
	defer cut()
	defer c.end()
	c.guest.Serve()
	body := newPacedReader(r.Body, c, s.config.Pace, c.guest)
	r.Body = io.NopCloser(body)
	out := s.compute(r, &answer{header: headers.Clone(), status: http.StatusOK, guest: c.guest, paced: body})
	c.guest.End()
	if body.hurry(drainTime); r.Method != http.MethodPost {
		body.hurry(otherTime)
	}
	defer out.finish()
	forget.Do(func() {
		whole := drain(body, s.config.Drain)
		if _, _, err := w.(http.Hijacker).Hijack(); err != nil {
			return
		}
		err := out.send(c.Conn, s.config.Pace.Rate, r.Method == http.MethodHead)
		out.finish()
		if err == nil && !whole {
			c.linger()
		}
	})
	if r.Method == http.MethodPost {
		s.collector.Touch()
	}
}

// compute makes the answer. A panic becomes a page that says that something
// failed here; what it said is dropped, it might hold a source's words.
func (s *Server) compute(r *http.Request, out *answer) (made *answer) {
	made = out
	defer func() {
		if recover() != nil {
			s.report(errors.New("intake: a request failed inside the program"))
			made = &answer{header: headers.Clone(), status: http.StatusInternalServerError, guest: out.guest, after: out.after}
			_ = s.pages.Problem(made, language(r), pages.Problem{Kind: pages.Internal, State: s.limits})
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
	guest  *circuit.Guest
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
	_ = c.server.pages.Problem(out, "", pages.Problem{Kind: pages.Malformed, State: c.server.limits})
	if err := out.send(c.Conn, c.server.config.Pace.Rate, false); err != nil {
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
