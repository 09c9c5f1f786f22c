package intake

import (
	"errors"
	"io"
	"time"
)

// errTooSlow ends a request that does not keep the pace.
var errTooSlow = errors.New("intake: too slow")

// Pace says how slow a source may be. A circuit through Tor stalls for many
// seconds and then goes on, so the rate is an average over a window.
type Pace struct {
	Idle    time.Duration // longest wait for the next byte
	Window  time.Duration // how long the rate is averaged over
	Rate    int64         // bytes a second that a window must bring on average
	Ceiling time.Duration // longest time for a whole request
}

// deadliner is the part of a connection that a pacedReader needs.
type deadliner interface {
	SetReadDeadline(time.Time) error
}

// pacedReader reads a request's body and ends it when the pace is not kept.
type pacedReader struct {
	r       io.Reader
	conn    deadliner
	pace    Pace
	now     func() time.Time
	end     time.Time // of the ceiling
	window  time.Time // when the current window began
	brought int64     // bytes in the current window
}

func newPacedReader(r io.Reader, conn deadliner, pace Pace, now func() time.Time) *pacedReader {
	start := now()
	return &pacedReader{r: r, conn: conn, pace: pace, now: now, end: start.Add(pace.Ceiling), window: start}
}

// Read implements io.Reader. Its error is errTooSlow when the pace is not kept.
func (p *pacedReader) Read(b []byte) (int, error) {
	deadline := p.now().Add(p.pace.Idle)
	if p.end.Before(deadline) {
		deadline = p.end
	}
	if err := p.conn.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	n, err := p.r.Read(b)
	p.brought += int64(n)
	now := p.now()
	if age := now.Sub(p.window); age >= p.pace.Window {
		if float64(p.brought) < float64(p.pace.Rate)*age.Seconds() {
			return n, errTooSlow
		}
		p.window, p.brought = now, 0
	}
	var timeout interface{ Timeout() bool }
	if now.After(p.end) || errors.As(err, &timeout) && timeout.Timeout() {
		return n, errTooSlow
	}
	return n, err
}
