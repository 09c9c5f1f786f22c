package seal

import (
	"archive/zip"
	"fmt"
	"math"
	"slices"

	"amana/internal/padme"
	"amana/internal/testimony"
)

// Floor is the smallest class, in bytes: every testimony of little text and no
// file has this one length.
const Floor = 64 << 10

// PaddedSize returns the class for a plaintext of n bytes: n rounded up by the
// Padmé rule, at least [Floor], at most 12 % over.
func PaddedSize(n int64) int64 {
	return padme.Size(max(n, Floor))
}

// Sizes of the parts of a ZIP, in bytes, without names (APPNOTE 6.3.10,
// sections 4.3.7 to 4.3.16; and what archive/zip writes for a streamed entry).
const (
	zipLocal        = 30
	zipDescriptor   = 16
	zipDescriptor64 = 24
	zipCentral      = 46
	zipCentral64    = 28 // extra field with three 64-bit values
	zipEnd          = 22
	zipEnd64        = 56 + 20 // record and locator
	zipMax32        = math.MaxUint32
	zipMax16        = math.MaxUint16
)

// zeros is what padding is made of.
var zeros [32 << 10]byte

// pad writes the padding entry, so that the closed ZIP has a class's length.
func (w *Writer) pad() error {
	w.finish()
	length := paddingLength(w.entries)
	header := &zip.FileHeader{Name: testimony.PaddingName, Method: zip.Store}
	zw, err := w.zip.CreateHeader(header)
	if err != nil {
		return fmt.Errorf("seal: pad: %w", err)
	}
	for left := length; left > 0; {
		n, err := zw.Write(zeros[:min(left, int64(len(zeros)))])
		if err != nil {
			return fmt.Errorf("seal: pad: %w", err)
		}
		left -= int64(n)
	}
	return nil
}

// paddingLength returns how many bytes of padding, as one entry after the given
// ones, bring the ZIP to a class.
func paddingLength(entries []testimony.Entry) int64 {
	padding := testimony.Entry{Name: testimony.PaddingName}
	for {
		total := zipLength(append(slices.Clip(entries), padding))
		class := PaddedSize(total)
		if class == total {
			return padding.Size
		}
		// Growing the padding may grow the directory by a 64-bit field, which
		// the next round sees; nothing ever shrinks, so this ends.
		padding.Size += class - total
	}
}

// zipLength returns the length of the ZIP that archive/zip writes for entries
// that are stored, streamed and have names of ASCII letters only.
func zipLength(entries []testimony.Entry) int64 {
	var offset, directory int64
	for _, e := range entries {
		name := int64(len(e.Name))
		directory += zipCentral + name
		if e.Size >= zipMax32 || offset >= zipMax32 {
			directory += zipCentral64
		}
		offset += zipLocal + name + e.Size + descriptorSize(e.Size)
	}
	end := int64(zipEnd)
	if len(entries) >= zipMax16 || directory >= zipMax32 || offset >= zipMax32 {
		end += zipEnd64
	}
	return offset + directory + end
}

func descriptorSize(size int64) int64 {
	if size >= zipMax32 {
		return zipDescriptor64
	}
	return zipDescriptor
}
