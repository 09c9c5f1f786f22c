package unseal

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"amana/internal/seal"

	"filippo.io/age"
)

// BenchmarkOpen compares opening a testimony of 256 MiB into a file, with every
// hash, with what "age -d" does to the same bytes: decrypting them into a file.
// ratio is their speed over that of age; DESIGN asks for 0.6.
func BenchmarkOpen(b *testing.B) {
	const size = 256 << 20
	dir := b.TempDir()
	source := filepath.Join(dir, "t.age")
	out, err := os.Create(source)
	if err != nil {
		b.Fatal(err)
	}
	w, err := seal.New(out, []age.Recipient{testIdentity().Recipient()})
	if err != nil {
		b.Fatal(err)
	}
	f, err := w.File("film.mp4", "video/mp4")
	if err != nil {
		b.Fatal(err)
	}
	part := randomBytes(1 << 20)
	for range size / len(part) {
		if _, err := f.Write(part); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(newSample().testimony); err != nil {
		b.Fatal(err)
	}
	if err := out.Close(); err != nil {
		b.Fatal(err)
	}
	timed := func(open func(*os.File, *os.File) error) time.Duration {
		in, err := os.Open(source)
		if err != nil {
			b.Fatal(err)
		}
		defer in.Close()
		to, err := os.Create(filepath.Join(dir, "out"))
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		if err := open(in, to); err != nil {
			b.Fatal(err)
		}
		if err := to.Close(); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	var ours, theirs time.Duration
	b.SetBytes(size)
	for b.Loop() {
		theirs += timed(func(in, to *os.File) error {
			r, err := age.Decrypt(bufio.NewReader(in), testIdentity())
			if err != nil {
				return err
			}
			_, err = io.Copy(to, r)
			return err
		})
		ours += timed(func(in, to *os.File) error {
			info, err := in.Stat()
			if err != nil {
				return err
			}
			e, err := Open(in, info.Size(), testIdentity())
			if err != nil {
				return err
			}
			if err := e.Extract(b.Context(), 0, to); err != nil {
				return err
			}
			return e.CheckPadding(b.Context())
		})
	}
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "ratio")
}

// Reading a large file keeps no more than a few buffers.
func TestMemoryBounded(t *testing.T) {
	data := sealBytes(t, newSample(make([]byte, 64<<20)).zip(t))
	e, err := Open(bytes.NewReader(data), int64(len(data)), testIdentity())
	if err != nil {
		t.Fatal(err)
	}
	result := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := e.Extract(b.Context(), 0, io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
	// Four buffers, and a chunk of 64 KiB for each MiB read.
	if got := result.AllocedBytesPerOp(); got > 12<<20 {
		t.Errorf("%d bytes are allocated for a file of %d", got, 64<<20)
	}
}
