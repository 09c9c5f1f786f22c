package preview

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"slices"
	"testing"
)

// A mark without a length, which Go's reader passes over, does not hide that a JPEG
// comes in several passes and needs five times the memory.
func TestPassesCannotBeHidden(t *testing.T) {
	for _, mark := range []byte{0x00, 0x01, 0xd0, 0xd7} {
		passes := []byte{0xff, 0xc2, 0x00, 0x11}
		hidden := slices.Concat([]byte{0xff, 0xd8, 0xff, mark}, passes, bytes.Repeat([]byte{0xff, 0xc0, 0x00, 0x11}, 20_000))
		if progressive(hidden) != 4 {
			t.Errorf("%#x: taken for a JPEG in one pass", mark)
		}
	}
}

// What of a PDF is packed in a way that is not undone here is said not to be looked at.
func TestPDFPackedOtherwise(t *testing.T) {
	const acting = "1 0 obj <</S/JavaScript/JS(app.alert(1))>> endobj"
	twice := []byte(acting)
	for range 2 {
		var out bytes.Buffer
		w := zlib.NewWriter(&out)
		w.Write(twice)
		w.Close()
		twice = out.Bytes()
	}
	for filter, data := range map[string]string{"/ASCIIHexDecode": fmt.Sprintf("%x>", acting), "/LZWDecode": "\x80\x0b\x60", "[/FlateDecode/FlateDecode]": string(twice)} {
		file := "%PDF-1.7\n1 0 obj <</Type/ObjStm/Filter" + filter + ">> stream\n" + data + "\nendstream endobj\n"
		look, err := New().Look(t.Context(), "a.pdf", func(w io.Writer) error { _, err := io.WriteString(w, file); return err })
		if err != nil || !slices.Contains(look.Warnings, NotWhole) {
			t.Errorf("%s: %v, %v", filter, look.Warnings, err)
		}
	}
}
