package rewrap

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
)

// BenchmarkRatio prints how much of the speed of bare cryptography, which is
// unwrapping the file key and wrapping it for each of three recipients, is left
// when the new header is written and opened again. Both run on all cores, in turn.
func BenchmarkRatio(b *testing.B) {
	ids, to := people(b, 3)
	old, _ := sealed(b, to)
	w, err := New(ids[:1], to)
	if err != nil {
		b.Fatal(err)
	}
	bare := func() error {
		key, err := age.DecryptHeader(old, ids[0])
		if err != nil {
			return err
		}
		for _, r := range to {
			if _, err := r.Wrap(key); err != nil {
				return err
			}
		}
		return nil
	}
	rewrapped := func() error {
		_, err := w.Header(old)
		return err
	}
	one := func() error {
		_, err := newHeader(old, ids[:1], to)
		return err
	}
	const turns, each = 100, 25
	var times [3]time.Duration
	for range b.N {
		for range turns {
			for i, f := range []func() error{bare, rewrapped, one} {
				times[i] += onAllCores(b, each, f)
			}
		}
	}
	done := float64(b.N * turns * each)
	b.ReportMetric(done/times[0].Seconds(), "bare/s")
	b.ReportMetric(done/times[1].Seconds(), "Wrapper.Header/s")
	b.ReportMetric(times[0].Seconds()/times[1].Seconds(), "ratio")
	b.ReportMetric(times[0].Seconds()/times[2].Seconds(), "ratio(Header)")
	b.ReportMetric(0, "ns/op")
}

// onAllCores returns how long n calls take.
func onAllCores(b *testing.B, n int, f func() error) time.Duration {
	b.Helper()
	begin := time.Now()
	var all sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for i := range cores {
		all.Go(func() {
			for range (n + i) / cores {
				if err := f(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(begin)
}
