package preview

import (
	"bytes"
	"io"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"
)

// most is more than looking may ever hold: what is held of a file, a picture that is
// decoded, and the smaller one.
const most = 200 << 20

// peak returns the most bytes of heap that were seen in use while do ran, beyond those
// before.
func peak(do func()) uint64 {
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	var highest atomic.Uint64
	done := make(chan bool)
	ended := make(chan bool)
	go func() {
		defer close(ended)
		for {
			runtime.ReadMemStats(&now)
			highest.Store(max(highest.Load(), now.HeapInuse))
			select {
			case <-done:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	do()
	close(done)
	<-ended
	return highest.Load() - min(highest.Load(), before.HeapInuse)
}

// Whatever a file says of itself, looking into it takes no more memory than it may: a
// picture of 30,000 by 30,000 pixels is not decoded at all, and of what unpacks to
// gigabytes only a little is unpacked.
func TestMemory(t *testing.T) {
	zeros := make([]byte, 1<<20)
	for name, fill := range map[string]func(w io.Writer) error{
		"png":              whole(pngHeader(30000, 30000)),
		"jpeg":             whole(jpegHeader(30000, 30000, false)),
		"progressive jpeg": whole(jpegHeader(65000, 65000, true)),
		"zip bomb":         whole(bomb()),
		"docx bomb":        whole(docx("word/_rels/a.rels", string(bytes.Repeat([]byte(" "), 64<<20)))),
		"pdf bomb":         whole(pdf("<< >>", string(bytes.Repeat([]byte(" "), 64<<20)))),
		"long file": func(w io.Writer) error {
			for range 300 {
				if _, err := w.Write(zeros); err != nil {
					return err
				}
			}
			return nil
		},
		"large picture": whole(pngOf(4000, 4000)),
	} {
		var l *Look
		used := peak(func() {
			var err error
			if l, err = New().Look(t.Context(), "a", fill); err != nil {
				t.Fatal(err)
			}
		})
		if used > most {
			t.Errorf("%s: %d MiB", name, used>>20)
		}
		if name == "large picture" && (l.Picture == nil || used < 4000*4000*4) {
			t.Errorf("a picture that may be decoded was not, or the measure is blind: %d MiB, %v", used>>20, l.Warnings)
		}
		if name == "long file" && !slices.Contains(l.Warnings, NotWhole) {
			t.Errorf("%s: %v", name, l.Warnings)
		}
	}
}

func whole(data []byte) func(io.Writer) error {
	return func(w io.Writer) error { _, err := w.Write(data); return err }
}
