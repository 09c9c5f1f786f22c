package carry

import (
	"crypto/sha256"
	"fmt"
)

// Signed returns the manifest of the bundle as the server signed it, byte for byte:
// what proves later, without the bundle, what the server said of each testimony.
func (b *Bundle) Signed() []byte { return b.signed }

// Sum returns the SHA-256 of the signed manifest, which names the bundle: two bundles
// of one sum say the same of the same testimonies.
func (b *Bundle) Sum() [32]byte { return sha256.Sum256(b.signed) }

// RosterSum is what a signed manifest promises of one roster.
type RosterSum struct {
	Epoch  uint32
	SHA256 [32]byte // of the text of the signed roster
}

// OpenManifest reads a signed manifest that was kept, as [Bundle.Signed] returned it,
// and verifies its signature by the key that it names. The rosters themselves are not
// in it, but what it promises of each.
func OpenManifest(signed []byte) (*Manifest, []RosterSum, error) {
	if len(signed) > maxManifest {
		return nil, nil, fmt.Errorf("open manifest: %w: it is too long", ErrNotBundle)
	}
	m, l, err := parseManifest(signed)
	if err != nil {
		return nil, nil, fmt.Errorf("open manifest: %w", err)
	}
	var sums []RosterSum
	for _, list := range l.lists {
		sums = append(sums, RosterSum{list.epoch, list.sum})
	}
	return m, sums, nil
}
