package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
)

// file is what a source attaches.
type file struct {
	name, contentType string
	data              []byte
}

// photo returns a JPEG whose EXIF names a camera, as a phone's would.
func photo() ([]byte, error) {
	picture := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			picture.Set(x, y, color.RGBA{uint8(x), uint8(y), 120, 255})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, nil); err != nil {
		return nil, err
	}
	// The EXIF segment comes right after the start marker (Exif 2.3, 4.5.4).
	return bytes.Join([][]byte{out.Bytes()[:2], exif("Demo phone"), out.Bytes()[2:]}, nil), nil
}

// exif returns an APP1 segment with one tag: Model (0x0110).
func exif(model string) []byte {
	value := append([]byte(model), 0)
	var tiff bytes.Buffer
	tiff.WriteString("II*\x00")
	put := func(values ...any) {
		for _, v := range values {
			binary.Write(&tiff, binary.LittleEndian, v)
		}
	}
	const valueAt = 8 + 2 + 12 + 4 // behind the header and the only directory
	put(uint32(8), uint16(1), uint16(0x0110), uint16(2), uint32(len(value)), uint32(valueAt), uint32(0))
	tiff.Write(value)
	segment := append([]byte("Exif\x00\x00"), tiff.Bytes()...)
	head := []byte{0xff, 0xe1, 0, 0}
	binary.BigEndian.PutUint16(head[2:], uint16(len(segment)+2))
	return append(head, segment...)
}

// pdf returns a page with nothing on it.
func pdf() []byte {
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	var table strings.Builder
	fmt.Fprintf(&table, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for i, o := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := out.Len()
	fmt.Fprintf(&out, "%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", table.String(), len(objects)+1, start)
	return out.Bytes()
}
