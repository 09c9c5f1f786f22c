// Package bench measures the built programs against limits that are measured
// beside them, in turn, in the same run: the raw disk, bare age, and memory.
// Machines differ and are shared, so only the ratios say something.
package bench

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"amana/internal/rig"

	"filippo.io/age"
)

// rounds is how often each figure and its limit are measured, in turn.
const rounds = 5

const mib = 1 << 20

// share is how much of the workspaces is made that the figures are promised for; -short
// makes a twentieth.
var share = flag.Float64("scale", 1, "share of the reviewers' workspaces that is made, for a machine that is shared or small")

func scale() float64 {
	if testing.Short() && *share == 1 {
		return 0.05
	}
	return *share
}

// table is printed at the end: a row for each figure.
var table bytes.Buffer

func TestMain(m *testing.M) {
	code := m.Run()
	if table.Len() > 0 {
		w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "\nwhat\tours\tlimit\tratio (of each round)\twanted")
		io.Copy(w, &table)
		w.Flush()
	}
	rig.Clean()
	os.Exit(code)
}

// row measures ours and limit in turn, both as rates, and adds the medians and
// every ratio to the table.
func row(b *testing.B, what, unit, wanted string, ours, limit func() float64) {
	b.Helper()
	rowOf(b, rounds, what, unit, wanted, ours, limit)
}

// rowOf is row with another number of rounds.
func rowOf(b *testing.B, rounds int, what, unit, wanted string, ours, limit func() float64) {
	b.Helper()
	var o, l, ratios []float64
	for range rounds {
		l = append(l, limit())
		o = append(o, ours())
		ratios = append(ratios, o[len(o)-1]/l[len(l)-1])
	}
	slices.Sort(o)
	slices.Sort(l)
	slices.Sort(ratios)
	fmt.Fprintf(&table, "%s\t%.0f %s\t%.0f %s\t%.2f (%.2f to %.2f)\t%s\n", what,
		o[rounds/2], unit, l[rounds/2], unit, ratios[rounds/2], ratios[0], ratios[rounds-1], wanted)
	b.ReportMetric(ratios[rounds/2], "ratio")
	b.ReportMetric(0, "ns/op")
}

// noise is what files are filled with.
var noise = func() []byte {
	p := make([]byte, 4*mib)
	r := rand.NewChaCha8([32]byte{})
	r.Read(p)
	return p
}()

// content returns a reader of size bytes that costs next to nothing.
func content(size int64) io.Reader { return io.LimitReader(&repeat{}, size) }

type repeat struct{ at int }

func (r *repeat) Read(p []byte) (int, error) {
	n := copy(p, noise[r.at:])
	r.at = (r.at + n) % len(noise)
	return n, nil
}

// rate returns MB/s.
func rate(size int64, since time.Time) float64 {
	return float64(size) / 1e6 / time.Since(since).Seconds()
}

// rawDisk writes size bytes to a new file with an fsync each 16 MiB. The file
// stays until dir goes: a disk can be several times as fast where something was
// deleted just before, and what is measured beside it finds no such place.
func rawDisk(b *testing.B, dir string, size int64) float64 {
	f, err := os.CreateTemp(dir, "raw-*")
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	begin := time.Now()
	for left := size; left > 0; left -= 16 * mib {
		for range 4 {
			if _, err := f.Write(noise); err != nil {
				b.Fatal(err)
			}
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	return rate(size, begin)
}

// One large file, from the form to the fsync, against the raw disk.
func BenchmarkLargeUpload(b *testing.B) {
	const size = 1 << 30
	dir := b.TempDir()
	row(b, "1 GiB upload, form to fsync", "MB/s", ">= 0.8", func() float64 {
		state := rig.NewState(b, rig.Erasing, 3)
		s := state.Serve(b, nil)
		defer s.Kill()
		begin := time.Now()
		status, _, err := s.Post("words", rig.File{Name: "a", Content: content(size), Size: size})
		if err != nil || status != 200 {
			b.Fatalf("status %d: %v", status, err)
		}
		return rate(size, begin)
	}, func() float64 { return rawDisk(b, dir, size) })
}

// Small testimonies with 16 sources at once, against bare age sealing the same
// bytes on all cores.
func BenchmarkSmallTestimonies(b *testing.B) {
	const length = 4 * time.Second
	state := rig.NewState(b, rig.Erasing, 3)
	s := state.Serve(b, nil)
	body, size := rig.Form(strings.Repeat("a", 1024))
	form, err := io.ReadAll(body)
	if err != nil {
		b.Fatal(err)
	}
	request := append([]byte(rig.Head("/ar/testimony", size)), form...)
	row(b, "small testimonies, 16 sources", "/s", ">= 0.33", func() float64 {
		return perSecond(16, length, func() {
			if err := exchange(s, request); err != nil {
				b.Error(err)
			}
		})
	}, func() float64 {
		plain := make([]byte, 64<<10)
		return perSecond(runtime.NumCPU(), length, func() {
			w, err := age.Encrypt(io.Discard, state.Recipients...)
			if err == nil {
				_, err = w.Write(plain)
			}
			if err == nil {
				err = w.Close()
			}
			if err != nil {
				b.Error(err)
			}
		})
	})
}

// exchange sends a request and reads the answer, with as little work as can be:
// the source shares the machine with what is measured.
func exchange(s *rig.Server, request []byte) error {
	c, err := s.Dial()
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Write(request); err != nil {
		return err
	}
	answer := make([]byte, 16<<10)
	n, err := io.ReadFull(c, answer)
	if err != io.ErrUnexpectedEOF || !bytes.HasPrefix(answer[:n], []byte("HTTP/1.1 200")) || !bytes.HasSuffix(answer[:n], []byte("</html>\n")) {
		return fmt.Errorf("no receipt in %d bytes: %w", n, err)
	}
	return nil
}

// perSecond runs f in n goroutines for some time.
func perSecond(n int, length time.Duration, f func()) float64 {
	var count atomic.Int64
	var all sync.WaitGroup
	begin := time.Now()
	for range n {
		all.Go(func() {
			for time.Since(begin) < length {
				f()
				count.Add(1)
			}
		})
	}
	all.Wait()
	return float64(count.Load()) / time.Since(begin).Seconds()
}

// Anonymous memory of the server with 64 uploads at once.
func BenchmarkMemory(b *testing.B) {
	for _, c := range []struct {
		what string
		size int64
		each int64 // bytes sent of each file; the rest is cut off
	}{
		{"64 uploads of 256 MiB", 256 * mib, 256 * mib},
		{"64 uploads of 1 GiB, cut off at 300 MiB", 1 << 30, 300 * mib},
	} {
		state := rig.NewState(b, rig.Erasing, 3)
		s := state.Serve(b, nil)
		ctx, stop := context.WithCancel(context.Background())
		largest := make(chan int64)
		go func() { largest <- s.WatchMemory(ctx, "RssAnon") }()
		var all sync.WaitGroup
		var kept atomic.Int64
		for range 64 {
			all.Go(func() {
				if c.each == c.size {
					status, _, err := s.Post("words", rig.File{Name: "a", Content: content(c.size), Size: c.size})
					if err == nil && status == 200 {
						kept.Add(1)
					}
					return
				}
				body, size := rig.Form("words", rig.File{Name: "a", Content: content(c.size), Size: c.size})
				conn, err := s.Dial()
				if err != nil {
					b.Error(err)
					return
				}
				defer conn.Close()
				io.WriteString(conn, rig.Head("/ar/testimony", size))
				io.CopyBuffer(struct{ io.Writer }{conn}, io.LimitReader(body, c.each), make([]byte, 256<<10))
			})
		}
		all.Wait()
		stop()
		most := float64(<-largest) / 1024
		if c.each == c.size && kept.Load() != 64 {
			b.Errorf("%s: %d were kept", c.what, kept.Load())
		}
		fmt.Fprintf(&table, "%s: RssAnon\t%.0f MiB\t128 MiB\t%.2f\t<= 1\n", c.what, most, most/128)
		s.Kill()
		os.RemoveAll(state.Folder)
	}
	b.ReportMetric(0, "ns/op")
}

// Opening a bundle against the stock age command, or the raw disk where that is
// slower.
func BenchmarkOpen(b *testing.B) {
	const size = 1 << 30
	state := rig.NewState(b, rig.Erasing, 3)
	s := state.Serve(b, nil)
	if status, _, err := s.Post("words", rig.File{Name: "a", Content: content(size), Size: size}); err != nil || status != 200 {
		b.Fatalf("status %d: %v", status, err)
	}
	dir := b.TempDir()
	bundle := filepath.Join(dir, "bundle.tar")
	s.Run(b, "export", "-o", bundle)
	s.Kill()
	os.RemoveAll(state.Folder)
	run(b, "tar", "-xf", bundle, "-C", dir)
	sealed, err := filepath.Glob(filepath.Join(dir, "testimonies", "*.age"))
	if err != nil || len(sealed) != 1 {
		b.Fatal(sealed, err)
	}
	stock := filepath.Join(dir, "age")
	run(b, "go", "build", "-o", stock, "filippo.io/age/cmd/age")
	decrypt := rig.Program(b, rig.Erasing, "amana-decrypt")
	row(b, "amana-decrypt open, 1 GiB", "MB/s", ">= 0.6", func() float64 {
		out, err := os.MkdirTemp(dir, "cases-*") // empty folders are taken
		if err != nil {
			b.Fatal(err)
		}
		begin := time.Now()
		run(b, decrypt, "open", bundle, "-i", state.KeyFile, "-o", out)
		return rate(size, begin)
	}, func() float64 {
		out := filepath.Join(dir, fmt.Sprintf("plain-%d", time.Now().UnixNano()))
		begin := time.Now()
		run(b, stock, "-d", "-i", state.KeyFile, "-o", out, sealed[0])
		return min(rate(size, begin), rawDisk(b, dir, size))
	})
}

func run(b *testing.B, name string, args ...string) {
	b.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", name, err, out)
	}
}
