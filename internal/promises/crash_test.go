package promises

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/internal/rig"
)

// P3: a receipt means stable storage. The server is killed at random moments
// under load; every receipt ever shown still opens, byte for byte.
func TestP3ReceiptsSurviveKills(t *testing.T) {
	t.Parallel()
	const kills = 100
	state := rig.NewState(t, rig.Erasing, 1)
	book := rig.NewLedger()
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
				for i := 0; book.Post(state, fmt.Sprintf("شهادة %d-%d-%d", round, source, i), sizes...); i++ {
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
	settle(t, book, state)
}

// P3 again, with the kill at every system call that writes: strace delivers it
// at the first, second, third … such call of a thread, until the server gets
// through.
func TestP3ReceiptsSurviveKillAtEveryWrite(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing: apt-get install strace")
	}
	kills := make(map[string]int)
	for _, call := range []string{"pwrite64", "write", "fdatasync", "fsync", "ftruncate", "fallocate"} {
		state := rig.NewState(t, rig.Erasing, 1)
		book := rig.NewLedger()
		through := false
		for n := 1; n <= 200 && !through; n++ {
			wrap := []string{strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n)}
			server, err := state.Start(wrap)
			if err != nil {
				kills[call]++ // at start; the next start must mend it
				continue
			}
			for i, size := range []int{0, 300_000, 3_000_000, 0} {
				book.Post(state, fmt.Sprintf("%s %d %d", call, n, i), []int{size}[:min(size, 1)]...)
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
		book.Post(state, call+" at the end", 1000)
		server.Kill()
		settle(t, book, state)
	}
	t.Logf("killed at %v", kills)
	for _, call := range []string{"pwrite64", "fdatasync"} {
		if kills[call] < 5 {
			t.Errorf("strace killed the server only %d times at %s", kills[call], call)
		}
	}
}

func settle(t *testing.T, book *rig.Ledger, state *rig.State) {
	t.Helper()
	n := book.Settle(t, state)
	t.Logf("%d handed in, %d receipts, %d kept", n.Sent, n.Acknowledged, n.Kept)
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
