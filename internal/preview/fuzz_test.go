package preview

import (
	"io"
	"testing"
)

// FuzzLook feeds the viewer anything: it must neither panic nor return a picture larger
// than it may be.
func FuzzLook(f *testing.F) {
	for name, data := range map[string][]byte{
		"a.jpg": exif(40, 30, 6), "a.png": pngOf(20, 20), "a.gif": gifOf(20, 20), "b.png": pngHeader(30000, 30000), "b.jpg": jpegHeader(6000, 5000, true),
		"a.pdf": pdf("<< /J#61vaScript 1 0 R /Author (x) >>", "<< /Launch >>"), "a.docx": docx("word/vbaProject.bin", "x"), "a.zip": zipOf("a.js", "x"),
		"a.doc": oleOf("VBA"), "a.rtf": []byte(`{\rtf1{\object\objdata 01}}`), "a.mp4": mp4("\xa9xyz"), "a.svg": []byte("<svg/>"),
		"a.webp": []byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00\x30\x01\x00\x9d\x01\x2a\x01\x00\x01\x00\x02\x00\x34\x25\xa4\x00\x03\x70\x00\xfe\xfb\x94\x00\x00"),
		"a.tif":  []byte("II*\x00\x08\x00\x00\x00\x00\x00"), "a.bmp": []byte("BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x18\x00"),
		"a.heic": []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic\x00\x00\x00\x08meta"), "": nil,
	} {
		f.Add(name, data)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		faults = func(what any) { t.Errorf("a panic: %v", what) }
		l, err := New().Look(t.Context(), name, func(w io.Writer) error { _, err := w.Write(data); return err })
		if err != nil {
			t.Fatal(err)
		}
		if len(l.Picture) > 4<<20 {
			t.Errorf("a picture of %d bytes", len(l.Picture))
		}
	})
}
