package tables

import (
	"runtime"
	"testing"
	"time"
)

// Ten thousand cases, counted and protected twice, take a small part of the twenty
// seconds that a report has. The bound is generous; -v prints what it took.
func TestTenThousandCases(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	all := SomeFacts(11, 10_000)
	before := heap()
	start := time.Now()
	s := Count(all)
	counted, held := time.Since(start), heap()-before
	runtime.KeepAlive(all)
	start = time.Now()
	s.Working()
	working := time.Since(start)
	start = time.Now()
	p := s.Protect(Options{})
	protected := time.Since(start)
	for _, f := range SomeFacts(12, 300) {
		s.Add(f)
	}
	start = time.Now()
	q := s.Protect(Options{Earlier: []*Edition{p.Edition}})
	again := time.Since(start)
	t.Logf("count %v, working %v, first edition %v, second %v (repeated %v), %d bytes a case", counted, working, protected, again, q.Repeated, held/10_000)
	if p.Repeated {
		t.Error("nothing could be printed")
	}
	if total := counted + working + protected + again; total > 60*time.Second {
		t.Errorf("it took %v", total)
	}
	if held > 20<<20 {
		t.Errorf("the set holds %d bytes", held)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
