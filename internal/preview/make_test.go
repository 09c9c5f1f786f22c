package preview

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"
)

// look looks into bytes under a name.
func look(t testing.TB, name string, data []byte) *Look {
	t.Helper()
	l, err := New().Look(t.Context(), name, func(w io.Writer) error { _, err := w.Write(data); return err })
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func painted(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			m.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), uint8(x ^ y), 255})
		}
	}
	return m
}

func jpegOf(w, h int) []byte {
	var b bytes.Buffer
	jpeg.Encode(&b, painted(w, h), nil)
	return b.Bytes()
}

func pngOf(w, h int) []byte {
	var b bytes.Buffer
	png.Encode(&b, painted(w, h))
	return b.Bytes()
}

func gifOf(w, h int) []byte {
	var b bytes.Buffer
	gif.Encode(&b, painted(w, h), nil)
	return b.Bytes()
}

// exif returns a JPEG with a place, a device, a name and an orientation in it.
func exif(w, h int, orientation uint16) []byte {
	le := binary.LittleEndian
	var tiff []byte
	u16 := func(v ...uint16) {
		for _, x := range v {
			tiff = le.AppendUint16(tiff, x)
		}
	}
	u32 := func(v ...uint32) {
		for _, x := range v {
			tiff = le.AppendUint32(tiff, x)
		}
	}
	tiff = append(tiff, "II*\x00"...)
	u32(8)
	const entries = 4
	after := uint32(8 + 2 + entries*12 + 4)
	u16(entries)
	u16(0x010f, 2)
	u32(6, after) // Make
	u16(0x0112, 3)
	u32(1, uint32(orientation)) // Orientation
	u16(0x013b, 2)
	u32(8, after+6) // Artist
	u16(0x8825, 4)
	u32(1, after+14) // GPS
	u32(0)
	tiff = append(tiff, "Phone\x00Abu Ali\x00"...)
	gps := after + 14
	u16(2)
	u16(0x0001, 2)
	u32(2)
	tiff = append(tiff, "N\x00\x00\x00"...)
	u16(0x0002, 5)
	u32(3, gps+2+24+4)
	u32(0)
	u32(33, 1, 30, 1, 0, 1)
	app := append([]byte("Exif\x00\x00"), tiff...)
	plain := jpegOf(w, h)
	out := append([]byte{}, plain[:2]...)
	out = append(out, 0xff, 0xe1, byte((len(app)+2)>>8), byte(len(app)+2))
	out = append(out, app...)
	return append(out, plain[2:]...)
}

// pngHeader returns a PNG that says it has a size and holds nothing.
func pngHeader(w, h uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	b = binary.BigEndian.AppendUint32(b, w)
	b = binary.BigEndian.AppendUint32(b, h)
	b = append(b, 8, 6, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	z.Write(make([]byte, 1<<20))
	z.Close()
	b = binary.BigEndian.AppendUint32(b, uint32(packed.Len()))
	at := len(b)
	b = append(b, "IDAT"...)
	b = append(b, packed.Bytes()...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[at:]))
}

// jpegHeader returns a JPEG that says it has a size, progressive or not, and holds
// nothing.
func jpegHeader(w, h uint16, progressive bool) []byte {
	marker := byte(0xc0)
	if progressive {
		marker = 0xc2
	}
	return []byte{0xff, 0xd8, 0xff, marker, 0, 17, 8, byte(h >> 8), byte(h), byte(w >> 8), byte(w), 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0,
		0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0, 1, 2, 3}
}

func zipOf(parts ...string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, _ := z.Create(parts[i])
		io.WriteString(w, parts[i+1])
	}
	z.Close()
	return b.Bytes()
}

func bomb() []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, _ := z.Create("a.txt")
	zeros := make([]byte, 1<<20)
	for range 64 {
		w.Write(zeros)
	}
	z.Close()
	return b.Bytes()
}

// pdf returns a PDF with one object, and another packed in a stream.
func pdf(object, packed string) []byte {
	var b, stream bytes.Buffer
	z := zlib.NewWriter(&stream)
	io.WriteString(z, packed)
	z.Close()
	fmt.Fprintf(&b, "%%PDF-1.7\n1 0 obj\n%s\nendobj\n2 0 obj\n<< /Type /ObjStm /Filter /FlateDecode /Length %d >>\nstream\n", object, stream.Len())
	b.Write(stream.Bytes())
	b.WriteString("\nendstream\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n")
	return b.Bytes()
}

func docx(more ...string) []byte {
	return zipOf(append([]string{"[Content_Types].xml", "<Types/>", "word/document.xml", "<w:document/>", "_rels/.rels", "<Relationships/>"}, more...)...)
}

func oleOf(names ...string) []byte {
	b := append(slices.Clone(oleMagic), make([]byte, 2000)...)
	for _, n := range names {
		b = append(b, wide(n)...)
	}
	return b
}

func mp4(moov string) []byte {
	b := []byte("\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41")
	return append(append(b, strings.Repeat("\x00", 64)...), moov...)
}
