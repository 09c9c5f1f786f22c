package report

import (
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"amana/internal/cases"
	"amana/internal/consent"
	"amana/internal/selection"
	"amana/internal/synthetic"
)

func TestTry(t *testing.T) {
	people := synthetic.Make(3, 7000, synthetic.Options{})
	w := filled(t, people, true)
	people = nil
	runtime.GC()
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	began := time.Now()
	var u0, u1 syscall.Rusage
	syscall.Getrusage(0, &u0)
	all, err := cases.Load(w)
	if err != nil {
		t.Fatal(err)
	}
	t.Log("load", time.Since(began), len(all))
	s := selected(t, w, all, consent.Own, selection.Options{})
	t.Log("select", time.Since(began))
	_, made := written(t, s, Options{})
	var ms runtime.MemStats
	runtime.ReadMemStats(&ms)
	t.Log("sys", ms.Sys>>20, "heapsys", ms.HeapSys>>20, "inuse", ms.HeapInuse>>20, "gcs", ms.NumGC)
	data, _ := os.ReadFile("/proc/self/status")
	for _, l := range strings.Split(string(data), "\n") {
		if strings.HasPrefix(l, "VmHWM") || strings.HasPrefix(l, "Rss") {
			t.Log(l)
		}
	}
	syscall.Getrusage(0, &u1)
	t.Log("user", u1.Utime.Sec-u0.Utime.Sec, "sys", u1.Stime.Sec-u0.Stime.Sec)
	t.Log(time.Since(began), made.Cases, made.Testimonies, made.Pages)
}
