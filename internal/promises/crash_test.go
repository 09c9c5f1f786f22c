package promises

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/internal/rig"
)

// handed is what was handed in: its words, and the hashes of its files.
type handed struct{ files []string }

// ledger notes what was handed in, and which of it got a receipt.
type ledger struct {
	mu       sync.Mutex
	sent     map[string]handed // by narrative
	receipts map[string]bool
}

func newLedger() *ledger {
	return &ledger{sent: make(map[string]handed), receipts: make(map[string]bool)}
}

// post hands in one testimony whose narrative is unique, with files of the
// given sizes. It reports whether there was an answer.
func (l *ledger) post(s *rig.State, narrative string, sizes ...int) bool {
	var files []rig.File
	var sums []string
	for i, size := range sizes {
		// Lines that nearly are the form's boundary.
		line := fmt.Appendf(nil, "%s %d\r\n--%s", narrative, i, rig.Boundary[1:])
		content := bytes.Repeat(line, size/len(line)+1)[:size]
		sum := sha256.Sum256(content)
		sums = append(sums, hex.EncodeToString(sum[:]))
		files = append(files, rig.Text(fmt.Sprintf("%d.jpg", i), string(content)))
	}
	l.mu.Lock()
	l.sent[narrative] = handed{sums}
	l.mu.Unlock()
	status, page, err := s.Post(narrative, files...)
	if err == nil && status == 200 && strings.Contains(page, "</html>") {
		l.mu.Lock()
		l.receipts[narrative] = true
		l.mu.Unlock()
	}
	return err == nil
}

// settle opens everything that is kept and holds it against what was handed in.
func (l *ledger) settle(t *testing.T, s *rig.State) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.receipts) == 0 {
		t.Fatal("no receipt was given: the test proves nothing")
	}
	kept := make(map[string]bool)
	for _, o := range s.Export(t) {
		narrative := o.Answers["narrative"]
		want, ok := l.sent[narrative]
		if !ok || kept[narrative] {
			t.Errorf("kept, but never handed in or kept twice: %q", narrative)
		}
		kept[narrative] = true
		if len(o.Content) != len(want.files) {
			t.Errorf("%q has %d files, want %d", narrative, len(o.Content), len(want.files))
			continue
		}
		for i, content := range o.Content {
			if sum := sha256.Sum256([]byte(content)); hex.EncodeToString(sum[:]) != want.files[i] {
				t.Errorf("file %d of %q is not what was handed in", i, narrative)
			}
		}
	}
	for narrative := range l.receipts {
		if !kept[narrative] {
			t.Errorf("a receipt was shown for %q, which is not kept", narrative)
		}
	}
	t.Logf("%d handed in, %d receipts, %d kept", len(l.sent), len(l.receipts), len(kept))
}

// P3: a receipt means stable storage. The server is killed at random moments
// under load; every receipt ever shown still opens, byte for byte.
func TestP3ReceiptsSurviveKills(t *testing.T) {
	const kills = 100
	state := rig.NewState(t, rig.Erasing, 1)
	book := newLedger()
	for round := range kills {
		server, err := state.Start(nil)
		if err != nil {
			t.Fatal(err)
		}
		var sources sync.WaitGroup
		for source := range 6 {
			sources.Go(func() {
				sizes := []int{1_500_000, 10}
				if source > 0 {
					sizes = []int{5000}[:source%2]
				}
				for i := 0; book.post(state, fmt.Sprintf("شهادة %d-%d-%d", round, source, i), sizes...); i++ {
				}
			})
		}
		time.Sleep(time.Duration(rand.IntN(150)) * time.Millisecond)
		server.Kill()
		sources.Wait()
	}
	if out := state.Run(t, "check"); !strings.Contains(out, "all as they were written") {
		t.Errorf("check after %d kills: %s", kills, out)
	}
	book.settle(t, state)
}

// P3 again, with the kill at every system call that writes: strace delivers it
// at the first, second, third … such call of a thread, until the server gets
// through.
func TestP3ReceiptsSurviveKillAtEveryWrite(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing: apt-get install strace")
	}
	kills := make(map[string]int)
	for _, call := range []string{"pwrite64", "write", "fdatasync", "fsync", "ftruncate", "fallocate"} {
		state := rig.NewState(t, rig.Erasing, 1)
		book := newLedger()
		through := false
		for n := 1; n <= 200 && !through; n++ {
			wrap := []string{strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n)}
			server, err := state.Start(wrap)
			if err != nil {
				kills[call]++ // at start; the next start must mend it
				continue
			}
			for i, size := range []int{0, 300_000, 3_000_000, 0} {
				book.post(state, fmt.Sprintf("%s %d %d", call, n, i), []int{size}[:min(size, 1)]...)
			}
			if through = alive(state); !through {
				kills[call]++
			}
			server.Kill()
		}
		if !through {
			t.Errorf("the server never got through: it makes more than 200 calls of %s in a thread", call)
		}
		if out, err := state.TryRun("check"); err != nil {
			t.Errorf("check after kills at %s: %v\n%s", call, err, out)
		}
		// Some calls kill every start before a receipt; one quiet run ends it.
		server := state.Serve(t, nil)
		book.post(state, call+" at the end", 1000)
		server.Kill()
		book.settle(t, state)
	}
	t.Logf("killed at %v", kills)
	for _, call := range []string{"pwrite64", "fdatasync"} {
		if kills[call] < 5 {
			t.Errorf("strace killed the server only %d times at %s", kills[call], call)
		}
	}
}

// A disk that fails in the middle of a flush ends the server, so that it is
// started again; what had a receipt is kept.
func TestP3ServerEndsWhenTheDiskFails(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing: apt-get install strace")
	}
	state := rig.NewState(t, rig.Erasing, 1)
	book := newLedger()
	server, err := state.Start([]string{strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=8+"})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Kill()
	ended := make(chan error, 1)
	go func() { ended <- server.Cmd.Wait() }()
	deadline := time.After(30 * time.Second)
	for i := 0; ; i++ {
		book.post(state, fmt.Sprintf("disk %d", i), 1000)
		select {
		case err := <-ended:
			if err == nil || !strings.Contains(server.Log.String(), "start the server again") {
				t.Errorf("the server ended with %v:\n%s", err, server.Log)
			}
		case <-deadline:
			t.Fatal("the server goes on with a disk that fails")
		case <-time.After(50 * time.Millisecond):
			continue
		}
		break
	}
	state.Serve(t, nil)
	book.post(state, "after", 1000)
	book.settle(t, state)
}

// alive reports whether the server still answers.
func alive(s *rig.State) bool {
	c, err := s.Dial()
	if err != nil {
		return false
	}
	c.Close()
	return true
}
