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

// P3 for who has a code: the server is killed at random moments while sources add and
// withdraw. What a page said to be kept is kept; what one said to be withdrawn stays
// so, and is in no bundle.
func TestP3DialogueSurvivesKills(t *testing.T) {
	t.Parallel()
	const kills = 50
	state := rig.NewState(t, rig.Erasing, 1)
	book := newThreads()
	for round := range kills {
		server, err := state.Start(nil)
		if err != nil {
			t.Fatal(err)
		}
		var sources sync.WaitGroup
		for source := range 4 {
			sources.Go(func() {
				for i := 0; ; i++ {
					text := fmt.Sprintf("شهادة %d-%d-%d", round, source, i)
					from := book.begin
					if i%2 == source%2 {
						from = book.again
					}
					one, token := from(state, text)
					if one == nil {
						return
					}
					for n := range rand.IntN(3) {
						if !book.add(state, one, token, fmt.Sprintf("%s +%d", text, n), n*100_000) {
							return
						}
					}
					if rand.IntN(3) == 0 && !book.withdraw(state, one, token) {
						return
					}
				}
			})
		}
		time.Sleep(time.Duration(100+rand.IntN(1200)) * time.Millisecond)
		server.Kill()
		sources.Wait()
	}
	if out := state.Run(t, "check"); !strings.Contains(out, "all as they were written") {
		t.Errorf("check after %d kills: %s", kills, out)
	}
	book.settle(t, state)
}

// P3 again, with the kill at every system call that writes or names a file.
func TestP3DialogueSurvivesKillAtEveryWrite(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("strace is missing: apt-get install strace")
	}
	kills := make(map[string]int)
	for _, call := range []string{"pwrite64", "fdatasync", "renameat2", "unlinkat"} {
		state := rig.NewState(t, rig.Erasing, 1)
		book := newThreads()
		through := false
		for n := 1; n <= 200 && !through; n++ {
			wrap := []string{strace, "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n)}
			server, err := state.Start(wrap)
			if err != nil {
				kills[call]++ // at start; the next start must mend it
				continue
			}
			book.one(state, fmt.Sprintf("%s %d", call, n))
			for range 25 { // the headers are written anew meanwhile
				if through = alive(state); !through {
					break
				}
				time.Sleep(100 * time.Millisecond)
			}
			if !through {
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
		server := state.Serve(t, nil)
		book.one(state, call+" at the end")
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
