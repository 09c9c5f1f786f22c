package unseal

import (
	"bytes"
	"errors"
	"testing"
)

// Fields that archive/zip passes over, but by which another program might pass
// an entry over, are held to what they always are: nobody reads a testimony in
// two ways.
func TestFieldsThatOthersRead(t *testing.T) {
	good := newSample(randomBytes(100)).zip(t)
	local := bytes.Index(good, localSignature)
	central := bytes.Index(good, []byte("PK\x01\x02"))
	end := len(good) - endSize
	for name, at := range map[string]int{
		"nothing":                  -1,
		"version needed, local":    local + 4,
		"version made by":          central + 4,
		"version needed":           central + 6,
		"disk":                     central + 34,
		"internal attributes":      central + 36,
		"entries on this disk":     end + 8,
		"disk of the directory":    end + 6,
		"attributes of the system": central + 38,
	} {
		data := bytes.Clone(good)
		if at >= 0 {
			data[at] ^= 0x40
		}
		_, _, err := openAll(sealBytes(t, data), testIdentity())
		if at < 0 && err != nil || at >= 0 && !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
