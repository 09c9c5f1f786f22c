package promises

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"amana/internal/rig"
)

// P3, when the server is told to stop: uploads under way may end within the bound and
// get their receipts, those that do not are cut off and nothing of them is listed, and
// nobody new is let in. The server ends within the bound, as one that did what it was
// told.
func TestP3StopLosesNoReceipt(t *testing.T) {
	t.Parallel()
	const bound = 8 * time.Second
	state := rig.NewState(t, rig.Erasing, 1)
	server := state.Serve(t, nil, "--reserve", "0", "--stop-time", bound.String())
	book := rig.NewLedger()
	var quick, slow []*held
	for i := range 6 {
		quick = append(quick, hold(t, state, fmt.Sprintf("سريع %d", i)))
		slow = append(slow, hold(t, state, fmt.Sprintf("بطيء %d", i)))
	}
	began := time.Now()
	must(t, server.Cmd.Process.Signal(syscall.SIGTERM))
	waitLog(t, server, 0, "stopping")
	for range 200 { // it stops listening just after it said so
		c, err := state.Dial()
		if err != nil {
			break
		}
		c.Close()
		time.Sleep(5 * time.Millisecond)
	}
	if c, err := state.Dial(); err == nil {
		c.Close()
		t.Error("somebody new is let in while the server stops")
	}
	var ends sync.WaitGroup
	for _, h := range quick {
		ends.Go(func() {
			if status, _, err := h.end(); err != nil || status != 200 {
				t.Errorf("an upload that ended within the bound: %d, %v", status, err)
				return
			}
			h.kept(book)
		})
	}
	ends.Wait()
	ended := time.Since(began)
	for _, h := range slow {
		if status, page, err := h.answer(); err == nil {
			t.Errorf("an upload that never ended got an answer: %d %s", status, page)
		}
	}
	if err := server.Cmd.Wait(); err != nil {
		t.Errorf("the server stopped with %v:\n%s", err, server.Log)
	}
	// The disk of the machine may be slow, so the bound is held generously; but it is
	// held, and the slow ones had their time.
	if took := time.Since(began); took < bound || took > bound+15*time.Second {
		t.Errorf("it took %v to stop, of which %v for what could end", took, ended)
	}
	if out := state.Run(t, "check"); !strings.Contains(out, "all as they were written") {
		t.Errorf("check: %s", out)
	}
	settle(t, book, state)
	if book.Count().Acknowledged != len(quick) {
		t.Errorf("%d receipts, want %d", book.Count().Acknowledged, len(quick))
	}
}

// P3 once more, with stops at random moments under load.
func TestP3ReceiptsSurviveStops(t *testing.T) {
	t.Parallel()
	state := rig.NewState(t, rig.Erasing, 1)
	book := rig.NewLedger()
	for round := range 4 {
		server, err := state.Start(nil, "--reserve", "0", "--stop-time", "50ms")
		must(t, err)
		t.Cleanup(server.Kill)
		var sources sync.WaitGroup
		for source := range 5 {
			sources.Go(func() {
				for i := 0; book.Post(state, fmt.Sprintf("توقف %d-%d-%d", round, source, i), []int{400_000}[:source%2]...); i++ {
				}
			})
		}
		time.Sleep(time.Duration(100+rand.IntN(200)) * time.Millisecond)
		server.Stop(t)
		sources.Wait()
	}
	settle(t, book, state)
}

// waitLog waits until the server has written something after the first bytes.
func waitLog(t *testing.T, s *rig.Server, after int, text string) {
	t.Helper()
	for range 3000 {
		if strings.Contains(s.Log.String()[after:], text) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the server does not say %q:\n%s", text, s.Log)
}
