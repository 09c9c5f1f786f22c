package soak

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"amana/internal/rig"
)

// closed is what a source reads while nothing is taken. That the page says so is tied
// to its words: they must not be those of a fault of ours, or of an address that is
// wrong.
const closed = "We are closed for now"

// site is a server whose disk is made to fail, and what it was given.
type site struct {
	t      *testing.T
	server *rig.Server
	book   *rig.Ledger
	n      int
}

func newSite(t *testing.T, wrap []string, args ...string) *site {
	t.Helper()
	t.Parallel() // they wait most of the time
	if os.Geteuid() != 0 {
		t.Fatal("run this test as root: nobody else may do this to another process or mount a disk")
	}
	state := rig.NewState(t, rig.Erasing, 1)
	for i, w := range wrap {
		wrap[i] = strings.ReplaceAll(w, "STATE", state.Folder)
	}
	return &site{t: t, server: state.Serve(t, wrap, args...), book: rig.NewLedger()}
}

// post hands in a testimony and returns the status and the page, which must be a whole
// one: an honest answer, and not a line that breaks.
func (s *site) post(what string, sizes ...int) (int, string) {
	s.t.Helper()
	s.n++
	narrative := fmt.Sprintf("%s %d", what, s.n)
	status, page, err := s.book.PostTo(s.server.State, "/en/testimony", []rig.Field{{Name: "narrative", Value: narrative}}, sizes...)
	if err != nil || !strings.Contains(page, "</html>") {
		s.t.Errorf("%s: no whole page: status %d, %v", what, status, err)
	}
	return status, page
}

// taken hands in what must be taken.
func (s *site) taken(what string, sizes ...int) {
	s.t.Helper()
	if status, _ := s.post(what, sizes...); status != 200 {
		s.t.Errorf("%s: status %d\n%s", what, status, s.server.Log)
	}
}

// refused hands in what must be refused, with a page that says so.
func (s *site) refused(what string, want int, words string, sizes ...int) {
	s.t.Helper()
	if status, page := s.post(what, sizes...); status != want || !strings.Contains(page, words) {
		s.t.Errorf("%s: status %d, want %d and a page with %q\n%s", what, status, want, words, s.server.Log)
	}
}

// form returns the status of the page with the form.
func (s *site) form() int {
	status, _, err := s.server.Send(strings.NewReader("GET /en/testimony HTTP/1.1\r\nHost: amana.onion\r\nUser-Agent: test\r\n\r\n"))
	if err != nil {
		s.t.Fatalf("the form: %v\n%s", err, s.server.Log)
	}
	return status
}

// until waits for the form's status.
func (s *site) until(want int) (took time.Duration) {
	s.t.Helper()
	began := time.Now()
	for s.form() != want {
		if time.Since(began) > time.Minute {
			s.t.Fatalf("after a minute the form has the status %d, not %d\n%s", s.form(), want, s.server.Log)
		}
		time.Sleep(20 * time.Millisecond)
	}
	return time.Since(began)
}

// wasClosed sees that the log says once that the disk failed and once that it is back.
func (s *site) wasClosed() {
	s.t.Helper()
	log := s.server.Log.String()
	for _, words := range []string{"the intake is closed", "the intake is open"} {
		if n := strings.Count(log, words); n != 1 {
			s.t.Errorf("the log says %d times %q:\n%s", n, words, log)
		}
	}
}

// settle sees that the same process still serves, which nobody started again, and
// holds what it exports against what it acknowledged.
func (s *site) settle() {
	s.t.Helper()
	s.taken("at the end", 1000)
	if log := s.server.Log.String(); strings.Count(log, "serving on") != 1 {
		s.t.Errorf("it was started again:\n%s", log)
	}
	n := s.book.Settle(s.t, s.server.State)
	s.t.Logf("%d sent, %d acknowledged, %d kept", n.Sent, n.Acknowledged, n.Kept)
	if out := s.server.Run(s.t, "check"); !strings.Contains(out, "all as they were written") {
		s.t.Errorf("check: %s", out)
	}
}

// begun is an upload that stays open in the middle.
func (s *site) begun(size int64) (end func() (int, string, error)) {
	s.t.Helper()
	r, w := io.Pipe()
	body, length := rig.Form("in flight", rig.File{Name: "a.jpg", Content: io.LimitReader(zeros{}, size), Size: size})
	type answer struct {
		status int
		page   string
		err    error
	}
	got := make(chan answer, 1)
	go func() {
		status, page, err := s.server.Send(io.MultiReader(strings.NewReader(rig.Head("/en/testimony", length)), io.LimitReader(body, length/2), r, body))
		got <- answer{status, page, err}
	}()
	time.Sleep(200 * time.Millisecond) // half of it is there
	return func() (int, string, error) {
		w.Close()
		a := <-got
		return a.status, a.page, a.err
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// A flush that fails once: the upload that waited for it, and the one in flight, end
// with a page and without a receipt; then it goes on.
func TestFlushFailsOnce(t *testing.T) {
	s := newSite(t, nil)
	s.taken("before", 200_000)
	inFlight := s.begun(1 << 20)
	mend := s.server.Tamper(t, "fdatasync:error=EIO:when=1")
	s.refused("during", 503, closed, 1000)
	mend()
	if status, page, err := inFlight(); err != nil || status != 503 || !strings.Contains(page, closed) {
		t.Errorf("the upload in flight: status %d, %v", status, err)
	}
	t.Logf("open again after %v", s.until(200))
	s.wasClosed()
	s.settle()
}

// A disk on which every flush fails for a while, and one that has become read-only.
func TestDiskFailsForAWhile(t *testing.T) {
	for name, inject := range map[string][]string{
		"flushes": {"fdatasync,fsync:error=EIO"},
		"writes":  {"pwrite64,write,fdatasync,fsync:error=EIO"},
		// What is open for writing already gets an error too, as on a file system that
		// the kernel has made read-only.
		"read-only": {"pwrite64,write,fdatasync,fsync,ftruncate,fallocate,openat,unlinkat,renameat,renameat2:error=EROFS"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			for range 3 {
				s.taken("before", 100_000)
			}
			mend := s.server.Tamper(t, inject...)
			for range 3 {
				s.refused("during", 503, closed, 1000)
			}
			if status := s.form(); status != 503 {
				t.Errorf("the form is shown with the status %d: somebody types for nothing", status)
			}
			// The operator is not shut out: what is kept can be counted.
			if out, err := s.server.TryRun("status"); err != nil || !strings.Contains(out, "testimonies  3,") || !strings.Contains(out, "CLOSED: sources are turned away: ") {
				t.Errorf("status: %v\n%s", err, out)
			}
			time.Sleep(1500 * time.Millisecond) // it tries in vain
			if status := s.form(); status != 503 {
				t.Errorf("it opened on a disk that fails: status %d", status)
			}
			mend()
			t.Logf("open again after %v", s.until(200))
			s.wasClosed()
			s.settle()
		})
	}
}

// A disk that is really full, a small one of its own: everybody gets the same page
// and nobody a receipt, also who was in the middle; when there is room again testimonies are taken.
func TestDiskFull(t *testing.T) {
	const script = `set -e
cp -a STATE/vault STATE/vault.before
mount -t tmpfs -o size=24m,mode=700 tmpfs STATE/vault
cp -a STATE/vault.before/. STATE/vault
exec "$0" "$@"`
	s := newSite(t, []string{"unshare", "--mount", "sh", "-c", script}, "--reserve", "4MiB")
	for range 3 {
		s.taken("before", 100_000)
	}
	// Through the server's own view: nobody else sees its disk.
	ballast := fmt.Sprintf("/proc/%d/root%s/vault/ballast", s.server.Cmd.Process.Pid, s.server.Folder)
	inFlight := s.begun(1 << 20)
	fill(t, ballast)
	if status, page, err := inFlight(); err != nil || status != 507 || !strings.Contains(page, "no room") {
		t.Errorf("the upload in flight: status %d, %v", status, err)
	}
	for range 3 {
		s.refused("during", 507, "no room", 300_000)
	}
	if status := s.form(); status != 507 {
		t.Errorf("the form is shown with the status %d", status)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	t.Logf("open again after %v", s.until(200))
	s.taken("after")
	s.refused("larger than the disk", 507, "no room", 30<<20)
	s.until(200) // what was aborted leaves its room
	s.settle()
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for _, size := range []int{1 << 20, 4096, 1} {
		for piece := make([]byte, size); ; n++ {
			if _, err := f.Write(piece); err != nil {
				break
			}
		}
	}
	if n < 2 {
		t.Fatal("the disk was full before")
	}
}

// A slow disk makes sources wait, and no more: all that they send is taken in the end,
// and it does not pile up in memory.
func TestDiskSlow(t *testing.T) {
	const (
		uploads = 16
		size    = 6 << 20
		most    = 128 << 10 // KiB; what the server may take in all
	)
	s := newSite(t, nil)
	s.taken("before")
	mend := s.server.Tamper(t, "fdatasync:delay_enter=200000")
	ctx, stop := context.WithCancel(t.Context())
	peak := make(chan int64, 1)
	go func() { peak <- s.server.WatchMemory(ctx, "RssAnon") }()
	began := time.Now()
	var sources sync.WaitGroup
	for n := range uploads {
		sources.Go(func() {
			status, _, err := s.book.PostTo(s.server.State, "/en/testimony", []rig.Field{{Name: "narrative", Value: fmt.Sprint("slow ", n)}}, size)
			if err != nil || status != 200 {
				t.Errorf("upload %d: status %d, %v", n, status, err)
			}
		})
	}
	sources.Wait()
	took := time.Since(began)
	stop()
	mend()
	kib := <-peak
	t.Logf("%d uploads of %d MiB took %v, and %d KiB of memory", uploads, size>>20, took, kib)
	if kib > most {
		t.Errorf("%d KiB of memory, over %d", kib, most)
	}
	if took < 2*time.Second {
		t.Error("the disk was not slow")
	}
	s.settle()
}
