package rig

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
)

// Ledger notes what was handed in, once each, and which of it was acknowledged. Its
// methods may be called from any number of goroutines.
type Ledger struct {
	mu       sync.Mutex
	sent     map[string][]string // the hashes of the files, by narrative
	receipts map[string]bool
}

// Tally is what a ledger counts.
type Tally struct {
	Sent         int // handed in, as far as the first byte
	Acknowledged int // of those
	Kept         int // of all that was sent
}

// NewLedger returns an empty ledger.
func NewLedger() *Ledger {
	return &Ledger{sent: make(map[string][]string), receipts: make(map[string]bool)}
}

// Files returns files of the given sizes that differ by narrative. Their lines are
// nearly the form's boundary.
func Files(narrative string, sizes ...int) (files []File) {
	for i, size := range sizes {
		line := fmt.Appendf(nil, "%s %d\r\n--%s", narrative, i, Boundary[1:])
		content := bytes.Repeat(line, size/len(line)+1)[:size]
		files = append(files, Text(fmt.Sprintf("%d.jpg", i), string(content)))
	}
	return files
}

// Post hands in one testimony whose narrative is unique, with files of the given
// sizes. It reports whether there was an answer.
func (l *Ledger) Post(s *State, narrative string, sizes ...int) bool {
	_, _, err := l.PostTo(s, "/ar/testimony", []Field{{"narrative", narrative}}, sizes...)
	return err == nil
}

// PostTo sends a form whose first field is a narrative that is unique, once, and
// returns what came back. What reached no server at all was not sent. A whole page with the
// status 200 is an acknowledgement.
func (l *Ledger) PostTo(s *State, path string, fields []Field, sizes ...int) (int, string, error) {
	narrative := fields[0].Value
	var sums []string
	for _, f := range Files(narrative, sizes...) {
		h := sha256.New()
		f.Content.(*strings.Reader).WriteTo(h)
		sums = append(sums, hex.EncodeToString(h.Sum(nil)))
	}
	l.mu.Lock()
	l.sent[narrative] = sums
	l.mu.Unlock()
	status, page, err := s.PostTo(path, fields, Files(narrative, sizes...)...)
	if NotSent(err) {
		l.mu.Lock()
		delete(l.sent, narrative)
		l.mu.Unlock()
	}
	if err == nil && status == 200 && strings.Contains(page, "</html>") {
		l.mu.Lock()
		l.receipts[narrative] = true
		l.mu.Unlock()
	}
	return status, page, err
}

// Acknowledge notes a testimony that was handed in otherwise, with the hashes of its
// files, and has its receipt.
func (l *Ledger) Acknowledge(narrative string, sums []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent[narrative] = sums
	l.receipts[narrative] = true
}

// NotSent reports whether an error of a post says that no server was reached.
func NotSent(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial"
}

// Count returns what was sent and acknowledged so far.
func (l *Ledger) Count() Tally {
	l.mu.Lock()
	defer l.mu.Unlock()
	return Tally{Sent: len(l.sent), Acknowledged: len(l.receipts)}
}

// Settle opens everything that is kept and holds it against what was handed in: what
// was acknowledged is there, nothing is there twice, and all is as it was sent, byte
// for byte.
func (l *Ledger) Settle(t testing.TB, s *State) Tally {
	t.Helper()
	all := s.Export(t)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.receipts) == 0 {
		t.Fatal("no receipt was given: the test proves nothing")
	}
	kept := make(map[string]bool)
	for _, o := range all {
		narrative := o.Answers["narrative"]
		want, ok := l.sent[narrative]
		if !ok || kept[narrative] {
			t.Errorf("kept, but never handed in or kept twice: %.80q", narrative)
		}
		kept[narrative] = true
		if len(o.Content) != len(want) {
			t.Errorf("%.80q has %d files, want %d", narrative, len(o.Content), len(want))
			continue
		}
		for i, content := range o.Content {
			if sum := sha256.Sum256([]byte(content)); hex.EncodeToString(sum[:]) != want[i] {
				t.Errorf("file %d of %.80q is not what was handed in", i, narrative)
			}
		}
	}
	for narrative := range l.receipts {
		if !kept[narrative] {
			t.Errorf("a receipt was shown for %.80q, which is not kept", narrative)
		}
	}
	return Tally{Sent: len(l.sent), Acknowledged: len(l.receipts), Kept: len(kept)}
}
