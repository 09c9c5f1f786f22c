package export

import (
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"testing"

	"amana/internal/consent"
	"amana/internal/synthetic"
)

// BenchmarkFormats writes what may leave of ten thousand people in every format, and
// reports the peak of
// what the process had in memory.
func BenchmarkFormats(b *testing.B) {
	d := newDesk(b, false, synthetic.Make(40, 300, synthetic.Options{Alone: true, Names: 60}))
	for i := range uint64(20) { // in pieces, so that what makes them is not what is measured
		if err := synthetic.FillFast(b.Context(), d.Workspace, synthetic.Make(100+i, 500, synthetic.Options{Alone: true, Names: 60})); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	for _, one := range []struct {
		format Format
		use    consent.Use
	}{{JSON, consent.IIIM}, {CSV, consent.IIIM}, {Uwazi, consent.Report}, {FtM, consent.IIIM}, {WGEID, consent.WGEID}} {
		b.Run(fmt.Sprintf("%s-%s", one.format, one.use), func(b *testing.B) {
			cases := 0
			for b.Loop() {
				_, m := d.export(b, one.format, one.use, true, false)
				cases = m.Cases
			}
			b.ReportMetric(float64(cases), "cases")
			b.ReportMetric(peak(b), "peak-MiB")
		})
	}
}

var peakLine = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peak returns the most memory that the process has had, in MiB.
func peak(b *testing.B) float64 {
	data, err := os.ReadFile("/proc/self/status")
	if err != nil {
		b.Skip("no /proc")
	}
	kib, err := strconv.ParseFloat(string(peakLine.FindSubmatch(data)[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return kib / 1024
}
