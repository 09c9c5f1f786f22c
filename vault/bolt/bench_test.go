package bolt

import (
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
