package seal

import (
	"archive/zip"
	"testing"

	"amana/internal/testimony"
)

func TestPaddedSize(t *testing.T) {
	for _, c := range []struct{ n, want int64 }{
		{0, Floor}, {1, Floor}, {Floor, Floor},
		{Floor + 1, 67_584},            // multiples of 2^(16-5)
		{131_071, 131_072},             //
		{1_000_000, 1_015_808},         // multiples of 2^(19-5)
		{4_294_967_297, 4_362_076_160}, // multiples of 2^(32-6)
	} {
		if got := PaddedSize(c.n); got != c.want {
			t.Errorf("PaddedSize(%d) = %d, want %d", c.n, got, c.want)
		}
	}
	for n := int64(Floor); n < 1<<40; n += n/7 + 1 {
		got := PaddedSize(n)
		if got < n || float64(got) > 1.12*float64(n) {
			t.Errorf("PaddedSize(%d) = %d", n, got)
		}
		if PaddedSize(got) != got {
			t.Errorf("PaddedSize(%d) is not a fixed point", n)
		}
	}
}

// The directory's length is foretold; archive/zip itself must agree, also
// beyond 4 GiB, where it changes to 64-bit fields.
func TestZipLengthMatchesArchiveZip(t *testing.T) {
	const gib = int64(1) << 30
	for _, sizes := range [][]int64{
		{0}, {1, 70_000}, {zipMax32 - 1}, {zipMax32}, {2 * gib, 2 * gib, 10}, {5 * gib, 3, 5 * gib},
	} {
		var entries []testimony.Entry
		for _, size := range sizes {
			entries = append(entries, testimony.Entry{Name: "files/001.jpg", Size: size})
		}
		entries = append(entries, testimony.Entry{Name: testimony.PaddingName, Size: paddingLength(entries)})
		total := zipLength(entries)
		if total != PaddedSize(total) {
			t.Errorf("sizes %v: %d is not a class", sizes, total)
		}
		if got := written(t, entries); got != total {
			t.Errorf("sizes %v: archive/zip writes %d bytes, foretold %d", sizes, got, total)
		}
	}
}

// written returns how long archive/zip makes a ZIP of such entries.
func written(t *testing.T, entries []testimony.Entry) int64 {
	t.Helper()
	var out counter
	z := zip.NewWriter(&out)
	zeros := make([]byte, 1<<20)
	for _, e := range entries {
		w, err := z.CreateHeader(&zip.FileHeader{Name: e.Name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		for left := e.Size; left > 0; {
			n, err := w.Write(zeros[:min(left, int64(len(zeros)))])
			if err != nil {
				t.Fatal(err)
			}
			left -= int64(n)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return int64(out)
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
