package preview

import (
	"bytes"
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
