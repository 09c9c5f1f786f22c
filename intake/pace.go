package intake

import (
	"errors"
	"io"
	"time"

	"amana/intake/circuit"
)

// errTooSlow ends a request that does not keep the pace.
var errTooSlow = errors.New("intake: too slow")

// Pace says how slow a source may be. A circuit through Tor stalls for many
// seconds and then goes on, so the rate is an average over a window.
type Pace struct {
	Head    time.Duration // longest time for a request's head
	Idle    time.Duration // longest wait for the next byte
	Window  time.Duration // how long the rate is averaged over
	Rate    int64         // bytes a second that a window must bring on average
	Ceiling time.Duration // longest time for a whole request

	// When all places are taken, a form makes room for another unless it brings so much.
	Fair  int64         // bytes a second
	Grace time.Duration // how long that is averaged over, and what everybody has at least
}

// deadliner is the part of a connection that a pacedReader needs.
type deadliner interface {
	SetReadDeadline(time.Time) error
}

// pacedReader reads a request's body and ends it when the pace is not kept. Its
// clock is the one that deadlines of connections go by, whatever Config.Now says.
type pacedReader struct {
	r       io.Reader
	conn    deadliner
	guest   *circuit.Guest
	pace    Pace
	end     time.Time     // of the ceiling
	waited  time.Duration // for the source, in the current window
	brought int64         // bytes in the current window
	slow    bool          // it was too slow once: nothing more is waited for
}

func newPacedReader(r io.Reader, conn deadliner, pace Pace, guest *circuit.Guest) *pacedReader {
	return &pacedReader{r: r, conn: conn, pace: pace, guest: guest, end: time.Now().Add(pace.Ceiling)}
}

// Read implements io.Reader. Its error is errTooSlow when the pace is not kept, or
// when a slow one has made room for another; and from then on, so that a line that is
// dead is not waited for again when the rest of the body is passed over.
func (p *pacedReader) Read(b []byte) (n int, err error) {
	if p.slow {
		return 0, errTooSlow
	}
	defer func() { p.slow = err == errTooSlow }()
	deadline := time.Now().Add(p.pace.Idle)
	if p.end.Before(deadline) {
		deadline = p.end
	}
	if err := p.conn.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	// After the deadline was set: whoever takes the place sets another behind it.
	if p.guest.Displaced() {
		return 0, errTooSlow
	}
	p.guest.Wait()
	began := time.Now()
	n, err = p.r.Read(b)
	p.guest.Brought(n, err != nil)
	if err == io.EOF {
		return n, err // it is all here: however long it took
	}
	now := time.Now()
	// Only waiting for the source counts, not what the disk takes.
	p.waited += now.Sub(began)
	p.brought += int64(n)
	if p.waited >= p.pace.Window {
		if float64(p.brought) < float64(p.pace.Rate)*p.waited.Seconds() {
			return n, errTooSlow
		}
		p.waited, p.brought = 0, 0
	}
	var timeout interface{ Timeout() bool }
	if now.After(p.end) || errors.As(err, &timeout) && timeout.Timeout() {
		return n, errTooSlow
	}
	return n, err
}

// hurry gives the rest of the body no more than d.
func (p *pacedReader) hurry(d time.Duration) {
	if end := time.Now().Add(d); end.Before(p.end) {
		p.end = end
	}
}
