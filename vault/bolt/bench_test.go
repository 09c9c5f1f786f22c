package bolt

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"amana/vault"
	"amana/vault/vaulttest"
)

// rawRate writes total bytes to a plain file with a flush each 16 MiB and
// returns MB/s: the limit that the disk sets.
func rawRate(b *testing.B, total int) float64 {
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	if err != nil {
		b.Fatal(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	data := vaulttest.Payload(16<<20, 1)
	start := time.Now()
	for n := 0; n < total; n += len(data) {
		if _, err := f.Write(data); err != nil {
			b.Fatal(err)
		}
		if err := syscall.Fdatasync(int(f.Fd())); err != nil {
			b.Fatal(err)
		}
	}
	return float64(total) / 1e6 / time.Since(start).Seconds()
}

// BenchmarkVaultStream keeps one large testimony, in writes like age's. Whether
// a disk has seen its blocks before makes more of a difference than anything
// here, so the limit is measured before and after each round.
func BenchmarkVaultStream(b *testing.B) {
	total := 1 << 30
	if testing.Short() {
		total = 64 << 20
	}
	data := vaulttest.Payload(64<<10+16, 1)
	header := vaulttest.Header(5000, 1)
	var raw, rate float64
	rounds := 0
	for b.Loop() {
		before := rawRate(b, total)
		s := create(b)
		start := time.Now()
		p, err := s.Create(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		p.Write(header)
		for n := 0; n < total; n += len(data) {
			if _, err := p.Write(data); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := p.Commit(vaulttest.Label); err != nil {
			b.Fatal(err)
		}
		rate += float64(total) / 1e6 / time.Since(start).Seconds()
		s.Close()
		os.RemoveAll(s.disk.dir)
		raw += (before + rawRate(b, total)) / 2
		rounds++
	}
	b.ReportMetric(rate/float64(rounds), "MB/s")
	b.ReportMetric(raw/float64(rounds), "raw-MB/s")
	b.ReportMetric(rate/raw, "of-raw")
}

// BenchmarkVaultSmall keeps testimonies of the smallest class.
func BenchmarkVaultSmall(b *testing.B) {
	for _, writers := range []int{1, 4, 16, 64} {
		b.Run(fmt.Sprint(writers), func(b *testing.B) {
			s := create(b)
			defer s.Close()
			header, payload := vaulttest.Header(5000, 1), vaulttest.Payload(65568, 1)
			var left atomic.Int64
			left.Store(int64(b.N))
			done := make(chan error, writers)
			b.ReportAllocs()
			b.ResetTimer()
			for range writers {
				go func() {
					for left.Add(-1) >= 0 {
						if _, err := vaulttest.Put(b.Context(), s, header, payload, 32<<10); err != nil {
							done <- err
							return
						}
					}
					done <- nil
				}()
			}
			for range writers {
				if err := <-done; err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "testimonies/s")
		})
	}
}

// BenchmarkVaultOpen reads a large testimony back.
func BenchmarkVaultOpen(b *testing.B) {
	s := create(b)
	defer s.Close()
	payload := vaulttest.Payload(64<<20, 1)
	id, err := vaulttest.Put(b.Context(), s, vaulttest.Header(5000, 1), payload, 1<<20)
	if err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 64<<10)
	b.SetBytes(int64(len(payload)))
	for b.Loop() {
		if err := drain(b, s, id, buf); err != nil {
			b.Fatal(err)
		}
	}
}

func drain(b *testing.B, s *Store, id vault.ID, buf []byte) error {
	r, err := s.Open(b.Context(), id)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		if _, err := r.Read(buf); err != nil {
			if r.(*reader).left == 0 {
				return nil
			}
			return err
		}
	}
}

// BenchmarkVaultRotate rotates 100,000 testimonies with headers of three
// reviewers, in parts as they come across, and rewrites the headers.
func BenchmarkVaultRotate(b *testing.B) {
	n := 100_000
	if testing.Short() {
		n = 2000
	}
	for b.Loop() {
		s := create(b)
		rec := vault.Record{Label: vaulttest.Label, HeaderEpoch: vaulttest.Label.Epoch, PayloadSum: sha256.Sum256(nil)}
		var kept tally
		for left := n; left > 0; left -= 400 { // as the committer of records would
			group := make([]*request, min(left, 400))
			for i := range group {
				rec.ID = vault.NewID()
				rec.Header = vaulttest.Header(5000, uint64(order.Uint32(rec.ID[:])))
				group[i] = &request{rec: rec, encoded: encodeRecord(&rec)}
			}
			if err := s.writeRecords(group); err != nil {
				b.Fatal(err)
			}
			for _, req := range group {
				kept.add(&req.rec, 1)
			}
		}
		s.count(&kept)
		peak, stop := watchAnon(b)
		timed := func(unit string, do func() error) {
			start := time.Now()
			if err := do(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(start).Seconds(), unit)
		}
		var confirmed []vault.Confirmed
		var proposing time.Duration
		for after, more := (vault.ID{}), true; more; {
			records, err := s.Records(b.Context(), after, 800)
			if err != nil {
				b.Fatal(err)
			}
			var slips []vault.Slip
			for i := range records {
				slips = append(slips, vaulttest.Slip(&records[i], 9, [16]byte{1}, 5000, uint64(i)))
				confirmed = append(confirmed, vaulttest.Confirm(slips[i]))
			}
			start := time.Now()
			if err := none(s.Propose(b.Context(), slips)); err != nil {
				b.Fatal(err)
			}
			proposing += time.Since(start)
			if more = len(records) == 800; more {
				after = records[799].ID
			}
		}
		b.ReportMetric(proposing.Seconds(), "propose-s")
		timed("settle-s", func() error { return none(s.Settle(b.Context(), 9, [16]byte{2}, confirmed)) })
		info, err := s.headers.os.Stat()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/1e6, "file-MB")
		// Meanwhile one source waits for its receipt.
		waited := make(chan time.Duration)
		timed("rewrite-s", func() error {
			go func() {
				time.Sleep(50 * time.Millisecond)
				start := time.Now()
				if _, err := vaulttest.Put(b.Context(), s, vaulttest.Header(5000, 1), nil, 1<<20); err != nil {
					b.Error(err)
				}
				waited <- time.Since(start)
			}()
			return s.Rewrite(b.Context())
		})
		b.ReportMetric((<-waited).Seconds(), "receipt-s")
		stop()
		b.ReportMetric(float64(peak.Load())/1024, "peak-MiB")
		if info, err = s.headers.os.Stat(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/1e6, "rewritten-MB")
		if u, err := s.Usage(b.Context()); err != nil || u.ByEpoch[9] != n || u.RewriteDue {
			b.Fatalf("usage %+v, %v", u, err)
		}
		s.Close()
		os.RemoveAll(s.disk.dir)
	}
}

// watchAnon measures the peak of this process's anonymous memory in KiB.
func watchAnon(b *testing.B) (peak *atomic.Int64, stop func()) {
	peak = new(atomic.Int64)
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case <-ended:
				return
			case <-time.After(10 * time.Millisecond):
			}
			now, err := rssAnon()
			if err != nil {
				b.Error(err)
				return
			}
			peak.Store(max(peak.Load(), int64(now)))
		}
	}()
	return peak, func() { close(ended) }
}
