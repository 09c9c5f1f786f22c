package throughtor

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"amana/internal/rig"
)

// The onion's tor ends and starts again while several sources upload. Those who were
// under way try again, as a source does; none that got a receipt is lost, and none is
// there twice.
func TestOnionRestartedUnderLoad(t *testing.T) {
	p, s := serve(t)
	// A stream that waits for an onion which is gone may wait for minutes; a source
	// loads the page again.
	s.Via = func() (net.Conn, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		return p.client.Dial(ctx, p.onion.Address(), visitor())
	}
	var (
		mu       sync.Mutex
		sent     = make(map[string][32]byte) // hashes of the files, by narrative
		receipts = make(map[string]bool)

		got, failed atomic.Int64
		enough      = make(chan struct{})
		sources     sync.WaitGroup
	)
	for source := range 6 {
		sources.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-enough:
					return
				default:
				}
				narrative := fmt.Sprintf("شهادة %d-%d", source, i)
				content := strings.Repeat(narrative+"\r\n", 20_000*(1+4*(source%2)))
				mu.Lock()
				sent[narrative] = sha256.Sum256([]byte(content))
				mu.Unlock()
				status, page, err := s.Post(narrative, rig.Text("a.jpg", content))
				if err != nil || status != 200 || !strings.Contains(page, "</html>") {
					failed.Add(1)
					time.Sleep(100 * time.Millisecond)
					continue
				}
				mu.Lock()
				receipts[narrative] = true
				mu.Unlock()
				got.Add(1)
			}
		})
	}
	end := sync.OnceFunc(func() { close(enough) })
	defer sources.Wait()
	defer end()
	within(t, "nothing gets through before", func() bool { return got.Load() >= 6 })
	before := failed.Load()
	start := time.Now()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	if err := p.onion.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	restarted := time.Since(start)
	at := got.Load()
	within(t, "nothing gets through afterwards", func() bool { return got.Load() > at })
	first := time.Since(start)
	within(t, "few get through afterwards", func() bool { return got.Load() >= at+12 })
	end()
	sources.Wait()
	t.Logf("tor was known again after %.1f s, the next receipt came after %.1f s; %d receipts, %d uploads failed", restarted.Seconds(), first.Seconds(), got.Load(), failed.Load())
	if before != 0 {
		t.Errorf("%d uploads failed before tor ended", before)
	}
	if failed.Load() == 0 {
		t.Error("no upload was under way when tor ended: the test proves nothing")
	}

	kept := make(map[string]bool)
	for _, o := range s.Export(t) {
		narrative := o.Answers["narrative"]
		want, known := sent[narrative]
		if !known || kept[narrative] {
			t.Errorf("kept, but never sent or kept twice: %q", narrative)
		}
		kept[narrative] = true
		if len(o.Content) != 1 || sha256.Sum256([]byte(o.Content[0])) != want {
			t.Errorf("%q is not as it was sent", narrative)
		}
	}
	for narrative := range receipts {
		if !kept[narrative] {
			t.Errorf("a receipt was shown for %q, which is not kept", narrative)
		}
	}
}
