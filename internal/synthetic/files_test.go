package synthetic

import (
	"bytes"
	"image"
	"testing"

	"archive/zip"
)

// The files are what they are said to be; otherwise nobody is tested by them.
func TestTrapsAreTraps(t *testing.T) {
	seen := make(map[Trap]int)
	for _, f := range Traps() {
		seen[f.Trap]++
		data := f.Data()
		if !bytes.Equal(data, f.Data()) {
			t.Errorf("%q is not the same twice", f.Name)
		}
		if len(data) > 2<<20 {
			t.Errorf("%q has %d bytes", f.Name, len(data))
		}
	}
	for _, trap := range []Trap{"", TrapPlace, TrapActive, TrapType, TrapPolyglot, TrapBomb, TrapBroken, TrapName} {
		if seen[trap] < 2 {
			t.Errorf("%d of %q", seen[trap], trap)
		}
	}
	large, format, err := image.DecodeConfig(bytes.NewReader(hugeJPEG()))
	if err != nil || format != "jpeg" || large.Width < 65_000 {
		t.Errorf("%s %+v %v", format, large, err)
	}
	z, err := zip.NewReader(bytes.NewReader(zipBomb()), int64(len(zipBomb())))
	if err != nil {
		t.Fatal(err)
	}
	var size uint64
	for _, f := range z.File {
		size += f.UncompressedSize64
	}
	if size < 1<<30 {
		t.Errorf("the archive grows to %d bytes only", size)
	}
	for _, f := range places() {
		if !bytes.Contains(f.Data(), []byte(TrapMark)) && !bytes.Contains(f.Data(), []byte(Latitude)) {
			t.Errorf("%q tells no place", f.Name)
		}
	}
}
